//! Components as Python classes. Knows the kinds of them, one arm of `class!` for each, and no single component: those
//! are in `generated_python.rs`. Knows nothing of messages.
//!
//! Every component is a small class on top of `Component`. The base holds the Rust value, which is what is encoded and
//! compared; the class on top holds the same as Python objects, which is what is read.

#![allow(non_upper_case_globals, reason = "__match_args__ is Python's name")]

use crate::component::{self, OpenEnum, Payload, Refused as RefusedRow};
use crate::generated::{Component, SCHEMAS};
use crate::generated_python::{classes, to_python};
use crate::python_types::{
    Each, Interned, MatchArgs, Member, Number, TupleOf, fields, hash_of, invalid, reduced, repr_of, tuple_of,
    variant_name,
};
use pyo3::IntoPyObjectExt;
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDate, PyDict, PyFloat, PyInt, PyList, PyString, PyTime, PyTuple, PyType};

#[cfg(feature = "stubs")]
use pyo3::PyTypeInfo;
#[cfg(feature = "stubs")]
use pyo3::inspect::PyStaticExpr;
#[cfg(feature = "stubs")]
use pyo3::{type_hint_identifier, type_hint_subscript, type_hint_union};

/// The class of a component, or its id.
pub(crate) struct ClassOrId(pub(crate) Number<u16>);

impl<'a, 'py> FromPyObject<'a, 'py> for ClassOrId {
    type Error = PyErr;
    #[cfg(feature = "stubs")]
    const INPUT_TYPE: PyStaticExpr = type_hint_union!(
        type_hint_subscript!(type_hint_identifier!("builtins", "type"), PyComponent::TYPE_HINT),
        type_hint_identifier!("builtins", "int")
    );
    fn extract(object: Borrowed<'a, 'py, PyAny>) -> PyResult<Self> {
        let Ok(class) = object.cast::<PyType>() else { return Ok(Self(object.extract()?)) };
        let schema = if class.is_subclass_of::<PyComponent>()? { class.getattr("schema").ok() } else { None };
        match schema.and_then(|schema| Some(schema.cast::<Schema>().ok()?.get().0.id)) {
            Some(id) if id != NOTHING.id => Ok(Self(Number::new(id))),
            _ => Err(PyTypeError::new_err(format!("{} is not the class of a component", class.name()?))),
        }
    }
}

/// The value, if it keeps the rules of its component.
pub(crate) fn checked(component: Component) -> PyResult<Component> {
    match component.check_built() {
        Ok(()) => Ok(component),
        Err(why) => Err(invalid(component.schema().map_or("UnknownComponent", |schema| schema.name), why)),
    }
}

/// Schema of the base class, which is no component.
static NOTHING: component::Schema = component::Schema {
    id: u16::MAX,
    name: "Component",
    kind: "unknown",
    element: None,
    access: "state",
    writes: None,
    unit: None,
    minimum: f64::NEG_INFINITY,
    maximum: f64::INFINITY,
    min_items: 0,
    max_items: u32::MAX,
    variants: &[],
    description: "a component that is newer than this program",
    since: 0,
};

/// What components.toml says of one component.
#[pyclass(frozen, module = "igloo_wire")]
pub struct Schema(&'static component::Schema);

#[pymethods]
impl Schema {
    /// Permanent id.
    #[getter]
    const fn id(&self) -> u16 {
        self.0.id
    }
    /// Name of the class.
    #[getter]
    const fn name(&self) -> &'static str {
        self.0.name
    }
    /// marker, boolean, integer, real, text, colour, date, time, enum, list, limits or event.
    #[getter]
    const fn kind(&self) -> &'static str {
        self.0.kind
    }
    /// What a list holds, what comes with an event: "text", "real", "component" or the name of an enum.
    #[getter]
    const fn element(&self) -> Option<&'static str> {
        self.0.element
    }
    /// marker, state, writable, fact, command, modifier or event.
    #[getter]
    const fn access(&self) -> &'static str {
        self.0.access
    }
    /// Numbers of the variants that may be written; None: no such restriction.
    #[getter]
    fn writes(&self, py: Python<'_>) -> PyResult<Option<TupleOf<PyInt>>> {
        self.0.writes.map(|writes| tuple_of(py, writes.iter().copied())).transpose()
    }
    /// Unit of the value.
    #[getter]
    const fn unit(&self) -> Option<&'static str> {
        self.0.unit
    }
    /// Smallest value that is taken.
    #[getter]
    fn minimum(&self) -> Option<f64> {
        Some(self.0.minimum).filter(|bound| bound.is_finite())
    }
    /// Largest value that is taken.
    #[getter]
    fn maximum(&self) -> Option<f64> {
        Some(self.0.maximum).filter(|bound| bound.is_finite())
    }
    /// Names of the variants by number: of the enum, or of the enum that is the element.
    #[getter]
    fn variants(&self, py: Python<'_>) -> PyResult<TupleOf<PyString>> {
        tuple_of(py, self.0.variants.iter().copied())
    }
    /// For people.
    #[getter]
    const fn description(&self) -> &'static str {
        self.0.description
    }
    /// Schema revision that brought the component.
    #[getter]
    const fn since(&self) -> u32 {
        self.0.since
    }
    fn __copy__(slf: Bound<'_, Self>) -> Bound<'_, Self> {
        slf
    }
    #[pyo3(signature = (memo: "object"))]
    #[expect(unused_variables, reason = "what is its own copy needs no memory of copies")]
    fn __deepcopy__<'py>(slf: Bound<'py, Self>, memo: &Bound<'_, PyAny>) -> Bound<'py, Self> {
        slf
    }
    fn __repr__(&self) -> String {
        format!("<Schema of {}: id {}, {}, {}>", self.0.name, self.0.id, self.0.kind, self.0.access)
    }
}

/// A typed fact about one part of a device. Frozen; equal if class and value are.
#[pyclass(frozen, subclass, name = "Component", module = "igloo_wire")]
pub struct PyComponent(pub(crate) Component);

pub(crate) fn base(component: Component) -> PyClassInitializer<PyComponent> {
    PyClassInitializer::from(PyComponent(component))
}

#[pymethods]
impl PyComponent {
    /// What components.toml says of the class.
    #[classattr]
    const fn schema() -> Schema {
        Schema(&NOTHING)
    }
    /// Permanent id.
    #[getter]
    const fn id(&self) -> u16 {
        self.0.id()
    }
    /// A plain value for JSON: a marker is True, an enum its name (or "unknown:87"), a colour [red, green, blue], a
    /// date or time ISO text, limits and events a dict.
    fn to_plain<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        plain(py, &self.0)
    }
    fn __eq__(&self, other: &Bound<'_, PyAny>) -> bool {
        other.cast::<Self>().is_ok_and(|other| other.get().0 == self.0)
    }
    fn __hash__(slf: &Bound<'_, Self>) -> PyResult<isize> {
        hash_of(slf)
    }
    fn __copy__(slf: Bound<'_, Self>) -> Bound<'_, Self> {
        slf
    }
    #[pyo3(signature = (memo: "object"))]
    #[expect(unused_variables, reason = "what is its own copy needs no memory of copies")]
    fn __deepcopy__<'py>(slf: Bound<'py, Self>, memo: &Bound<'_, PyAny>) -> Bound<'py, Self> {
        slf
    }
    #[pyo3(signature = () -> "tuple[type[Component], tuple[object, ...]]")]
    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<(Bound<'py, PyType>, Bound<'py, PyTuple>)> {
        reduced(slf)
    }
    fn __repr__(slf: &Bound<'_, Self>) -> PyResult<String> {
        let component = &slf.get().0;
        let name = component.schema().map_or("UnknownComponent", |schema| schema.name);
        match (component, component.payload()) {
            (Component::Code(_), _) => Ok("Code(<hidden>)".to_owned()),
            (_, Payload::Enum(number)) => Ok(match component.schema().and_then(|s| s.variants.get(number as usize)) {
                Some(variant) => format!("{name}.{variant}"),
                None => format!("{name}({number})"),
            }),
            _ => repr_of(slf),
        }
    }
}

fn plain<'py>(py: Python<'py>, component: &Component) -> PyResult<Bound<'py, PyAny>> {
    let names = component.schema().map_or(&[][..], |schema| schema.variants);
    let dict = |pairs: &[(&str, Py<PyAny>)]| {
        let dict = PyDict::new(py);
        for (key, value) in pairs {
            dict.set_item(key, value)?;
        }
        Ok(dict.into_any())
    };
    match component.payload() {
        Payload::Marker => true.into_bound_py_any(py),
        Payload::Boolean(value) => value.into_bound_py_any(py),
        Payload::Integer(value) => value.into_bound_py_any(py),
        Payload::Real(value) => value.into_bound_py_any(py),
        Payload::Text(text) => text.into_bound_py_any(py),
        Payload::Color(color) => vec![color.red, color.green, color.blue].into_bound_py_any(py),
        Payload::Date(date) => format!("{:04}-{:02}-{:02}", date.year, date.month, date.day).into_bound_py_any(py),
        Payload::Time(_) => to_python(py, component)?.getattr("value")?.call_method0("isoformat"),
        Payload::Enum(number) => variant_name(names, number).into_bound_py_any(py),
        Payload::Limits(limits) => {
            let bound = |bound: f64| Some(bound).filter(|bound| bound.is_finite()).into_py_any(py);
            dict(&[
                ("minimum", bound(limits.minimum)?),
                ("maximum", bound(limits.maximum)?),
                ("step", limits.step.into_py_any(py)?),
            ])
        }
        Payload::Texts(texts) => PyList::new(py, texts.iter().map(|text| &**text))?.into_bound_py_any(py),
        Payload::Reals(values) => PyList::new(py, values)?.into_bound_py_any(py),
        Payload::Ids(ids) => PyList::new(py, ids)?.into_bound_py_any(py),
        Payload::Enums(numbers) => {
            let names = (0..numbers.count()).map(|place| variant_name(names, numbers.number(place)));
            PyList::new(py, names.collect::<Vec<_>>())?.into_bound_py_any(py)
        }
        Payload::Event { count } => dict(&[("count", count.into_py_any(py)?)]),
        Payload::EnumEvent { count, kind } => {
            dict(&[("count", count.into_py_any(py)?), ("kind", variant_name(names, kind).into_py_any(py)?)])
        }
        Payload::TextEvent { count, text } => {
            dict(&[("count", count.into_py_any(py)?), ("text", text.into_py_any(py)?)])
        }
        Payload::Unknown(payload) => dict(&[
            ("id", component.id().into_py_any(py)?),
            ("payload", PyBytes::new(py, payload).call_method0("hex")?.unbind()),
        ]),
    }
}

/// The payload of a component whose kind is known from its class.
macro_rules! payload {
    ($component:expr, $kind:ident) => {
        match $component.payload() {
            Payload::$kind(value) => value,
            _ => unreachable!("a class wraps only its own component"),
        }
    };
}

pub(crate) fn text_of(py: Python<'_>, component: &Component) -> Py<PyString> {
    PyString::new(py, payload!(component, Text)).unbind()
}

pub(crate) fn integer_of(py: Python<'_>, component: &Component) -> Py<PyInt> {
    PyInt::new(py, payload!(component, Integer)).unbind()
}

pub(crate) fn date_of(py: Python<'_>, component: &Component) -> PyResult<Py<PyDate>> {
    let date = payload!(component, Date);
    Ok(PyDate::new(py, i32::from(date.year), date.month, date.day)?.unbind())
}

pub(crate) fn time_of(py: Python<'_>, component: &Component) -> PyResult<Py<PyTime>> {
    let time = payload!(component, Time);
    Ok(PyTime::new(py, time.hour, time.minute, time.second, time.microsecond, None)?.unbind())
}

pub(crate) fn texts_of(py: Python<'_>, component: &Component) -> PyResult<TupleOf<PyString>> {
    tuple_of(py, payload!(component, Texts).iter().map(|text| &**text))
}

pub(crate) fn reals_of(py: Python<'_>, component: &Component) -> PyResult<TupleOf<PyFloat>> {
    tuple_of(py, payload!(component, Reals).iter())
}

pub(crate) fn ids_of(py: Python<'_>, component: &Component) -> PyResult<TupleOf<PyInt>> {
    tuple_of(py, payload!(component, Ids).iter())
}

pub(crate) fn enums_of<T: Interned>(py: Python<'_>, component: &Component) -> PyResult<TupleOf<T>> {
    let numbers = payload!(component, Enums);
    tuple_of(py, (0..numbers.count()).map(|place| Member::<T>::new(numbers.number(place))))
}

pub(crate) fn event_of(component: &Component) -> (u32, u32, &str) {
    match component.payload() {
        Payload::Event { count } => (count, 0, ""),
        Payload::EnumEvent { count, kind } => (count, kind, ""),
        Payload::TextEvent { count, text } => (count, 0, text),
        _ => unreachable!("a class wraps only its own component"),
    }
}

pub(crate) fn date_from(date: &Bound<'_, PyDate>) -> PyResult<component::Date> {
    if date.hasattr("hour")? {
        return Err(PyTypeError::new_err("Date takes a date, not a datetime"));
    }
    Ok(component::Date {
        year: date.getattr("year")?.extract()?,
        month: date.getattr("month")?.extract()?,
        day: date.getattr("day")?.extract()?,
    })
}

pub(crate) fn time_from(time: &Bound<'_, PyTime>) -> PyResult<component::Time> {
    if !time.getattr("tzinfo")?.is_none() {
        return Err(PyValueError::new_err("Time is without a zone, but tzinfo is set"));
    }
    Ok(component::Time {
        hour: time.getattr("hour")?.extract()?,
        minute: time.getattr("minute")?.extract()?,
        second: time.getattr("second")?.extract()?,
        microsecond: time.getattr("microsecond")?.extract()?,
    })
}

pub(crate) fn numbers_from<T: Interned, E: OpenEnum>(py: Python<'_>, value: &Each<Py<T>>) -> Box<[E]> {
    value.0.iter().map(|member| E::from_number(T::number(member.bind(py)))).collect()
}

/// Declares the class of a component (or of an enum that is no component), one arm per kind.
macro_rules! class {
    // Values of which there are few exist once: the constructor gives the one that is there.
    (marker $name:ident, $doc:literal) => {
        #[doc = $doc]
        #[pyclass(frozen, extends = PyComponent, module = "igloo_wire")]
        pub struct $name {}
        $crate::python_types::fields!($name:);
        impl $name {
            fn single(py: Python<'_>) -> PyResult<&Py<Self>> {
                static ONE: pyo3::sync::PyOnceLock<Py<$name>> = pyo3::sync::PyOnceLock::new();
                ONE.get_or_try_init(py, || Py::new(py, $crate::python_components::base(Component::$name).add_subclass(Self {})))
            }
            fn wrap(py: Python<'_>) -> PyResult<Bound<'_, PyComponent>> {
                Ok(Self::single(py)?.bind(py).clone().into_super())
            }
        }
        #[pymethods]
        impl $name {
            #[new]
            fn new(py: Python<'_>) -> PyResult<Py<Self>> {
                Self::single(py).map(|one| one.clone_ref(py))
            }
            #[classattr]
            const __match_args__: $crate::python_types::MatchArgs<$name> = $crate::python_types::MatchArgs::NEW;
        }
    };
    (boolean $name:ident, $doc:literal) => {
        #[doc = $doc]
        #[pyclass(frozen, extends = PyComponent, module = "igloo_wire")]
        pub struct $name {
            /// Whether it is so.
            #[pyo3(get)]
            value: Py<pyo3::types::PyBool>,
        }
        $crate::python_types::fields!($name: value);
        impl $name {
            fn one_of_two(py: Python<'_>, value: bool) -> PyResult<&Py<Self>> {
                static TWO: pyo3::sync::PyOnceLock<[Py<$name>; 2]> = pyo3::sync::PyOnceLock::new();
                let make = |value| {
                    let object = Self { value: pyo3::types::PyBool::new(py, value).to_owned().unbind() };
                    Py::new(py, $crate::python_components::base(Component::$name(value)).add_subclass(object))
                };
                let two = TWO.get_or_try_init(py, || Ok::<_, PyErr>([make(false)?, make(true)?]))?;
                Ok(&two[usize::from(value)])
            }
            fn wrap(py: Python<'_>, value: bool) -> PyResult<Bound<'_, PyComponent>> {
                Ok(Self::one_of_two(py, value)?.bind(py).clone().into_super())
            }
        }
        #[pymethods]
        impl $name {
            #[new]
            #[pyo3(signature = (value: "bool"))]
            fn new(py: Python<'_>, value: bool) -> PyResult<Py<Self>> {
                Self::one_of_two(py, value).map(|one| one.clone_ref(py))
            }
            #[classattr]
            const __match_args__: $crate::python_types::MatchArgs<$name> = $crate::python_types::MatchArgs::NEW;
        }
    };
    (enum $name:ident, $doc:literal, $($variant:ident = $number:literal),* $(,)?) => {
        #[doc = $doc]
        #[pyclass(frozen, extends = PyComponent, module = "igloo_wire")]
        pub struct $name {
            /// Number on the wire.
            #[pyo3(get)]
            value: Py<pyo3::types::PyInt>,
            /// Name, or "unknown:87" for a number without one.
            #[pyo3(get)]
            name: Py<pyo3::types::PyString>,
        }
        $crate::python_types::fields!($name: value);
        impl $crate::python_types::Interned for $name {
            fn member(py: Python<'_>, number: u32) -> PyResult<Py<Self>> {
                static KNOWN: pyo3::sync::PyOnceLock<Vec<Py<$name>>> = pyo3::sync::PyOnceLock::new();
                let make = |number| {
                    let (value, name) = $crate::python_components::number_and_name::<crate::generated::$name>(py, number);
                    let component = Component::$name(crate::generated::$name(number));
                    Py::new(py, $crate::python_components::base(component).add_subclass(Self { value, name }))
                };
                let known = KNOWN.get_or_try_init(py, || [$($number),*].into_iter().map(make).collect::<PyResult<_>>())?;
                known.get(number as usize).map_or_else(|| make(number), |member| Ok(member.clone_ref(py)))
            }
            fn number(object: &Bound<'_, Self>) -> u32 {
                match &object.as_super().get().0 {
                    Component::$name(value) => value.0,
                    _ => unreachable!("a class wraps only its own component"),
                }
            }
        }
        impl $name {
            fn wrap(py: Python<'_>, value: crate::generated::$name) -> PyResult<Bound<'_, PyComponent>> {
                Ok(<Self as $crate::python_types::Interned>::member(py, value.0)?.into_bound(py).into_super())
            }
        }
        #[pymethods]
        impl $name {
            #[new]
            #[pyo3(signature = (value: "int"))]
            fn new(py: Python<'_>, value: $crate::python_types::Number<u32>) -> PyResult<Py<Self>> {
                <Self as $crate::python_types::Interned>::member(py, value.fitting(stringify!($name))?)
            }
            #[classattr]
            const __match_args__: $crate::python_types::MatchArgs<$name> = $crate::python_types::MatchArgs::NEW;
            $(#[classattr] const $variant: $crate::python_types::Member<$name> = $crate::python_types::Member::new($number);)*
        }
    };
    // An enum that is no component.
    (open_enum $name:ident, $rust:path, $doc:literal, $($variant:ident = $number:literal),* $(,)?) => {
        #[doc = $doc]
        #[pyclass(frozen, extends = $crate::python_types::OpenEnumeration, module = "igloo_wire")]
        pub struct $name {}
        $crate::python_types::fields!($name: value);
        impl $crate::python_types::Interned for $name {
            fn member(py: Python<'_>, number: u32) -> PyResult<Py<Self>> {
                static KNOWN: pyo3::sync::PyOnceLock<Vec<Py<$name>>> = pyo3::sync::PyOnceLock::new();
                let make = |number| {
                    let names = <$rust as $crate::component::OpenEnum>::NAMES;
                    let base = PyClassInitializer::from($crate::python_types::OpenEnumeration::new(number, names));
                    Py::new(py, base.add_subclass(Self {}))
                };
                let known = KNOWN.get_or_try_init(py, || [$($number),*].into_iter().map(make).collect::<PyResult<_>>())?;
                known.get(number as usize).map_or_else(|| make(number), |member| Ok(member.clone_ref(py)))
            }
            fn number(object: &Bound<'_, Self>) -> u32 {
                object.as_super().get().number()
            }
        }
        impl $crate::python_types::Crossing for $rust {
            type Input<'a> = Py<$name>;
            type Output = Py<$name>;
            fn from_python(py: Python<'_>, _: &str, value: Py<$name>) -> PyResult<Self> {
                Ok(Self($crate::python_types::Interned::number(value.bind(py))))
            }
            fn to_python(&self, py: Python<'_>) -> PyResult<Py<$name>> {
                $crate::python_types::Interned::member(py, self.0)
            }
        }
        #[pymethods]
        impl $name {
            #[new]
            #[pyo3(signature = (value: "int"))]
            fn new(py: Python<'_>, value: $crate::python_types::Number<u32>) -> PyResult<Py<Self>> {
                <Self as $crate::python_types::Interned>::member(py, value.fitting(stringify!($name))?)
            }
            #[classattr]
            const __match_args__: $crate::python_types::MatchArgs<$name> = $crate::python_types::MatchArgs::NEW;
            $(#[classattr] const $variant: $crate::python_types::Member<$name> = $crate::python_types::Member::new($number);)*
        }
    };
    (real $name:ident, $doc:literal) => {
        #[doc = $doc]
        #[pyclass(frozen, extends = PyComponent, module = "igloo_wire")]
        pub struct $name {
            /// The number, in the unit of the schema.
            #[pyo3(get)]
            value: Py<pyo3::types::PyFloat>, // read far oftener than built, and this way reading builds nothing
        }
        $crate::python_types::fields!($name: value);
        impl $name {
            #[inline]
            fn wrap(py: Python<'_>, value: f64) -> PyResult<Bound<'_, PyComponent>> {
                let object = Self { value: pyo3::types::PyFloat::new(py, value).unbind() };
                Ok(Bound::new(py, $crate::python_components::base(Component::$name(value)).add_subclass(object))?.into_super())
            }
        }
        #[pymethods]
        impl $name {
            #[new]
            #[pyo3(signature = (value: "float"))]
            fn new(py: Python<'_>, value: $crate::python_types::Number<f64>) -> PyResult<PyClassInitializer<Self>> {
                let value = value.fitting(stringify!($name))?;
                let component = $crate::python_components::checked(Component::$name(value))?;
                let object = Self { value: pyo3::types::PyFloat::new(py, value).unbind() };
                Ok($crate::python_components::base(component).add_subclass(object))
            }
            #[classattr]
            const __match_args__: $crate::python_types::MatchArgs<$name> = $crate::python_types::MatchArgs::NEW;
        }
    };
    (integer $name:ident, $doc:literal) => {
        $crate::python_components::class! { @held $name, $doc,
            value: Py<pyo3::types::PyInt> = |py, component| Ok($crate::python_components::integer_of(py, component)),
            (value: "int"), |_py, value: $crate::python_types::Number<i64>|
                Ok(Component::$name(value.fitting(stringify!($name))?)) }
    };
    (text $name:ident, $doc:literal) => {
        $crate::python_components::class! { @held $name, $doc,
            value: Py<pyo3::types::PyString> = |py, component| Ok($crate::python_components::text_of(py, component)),
            (value: "str"), |_py, value: $crate::python_types::Letters|
                Ok(Component::$name(value.fitting(stringify!($name))?)) }
    };
    (date $name:ident, $doc:literal) => {
        $crate::python_components::class! { @held $name, $doc,
            value: Py<pyo3::types::PyDate> = |py, component| $crate::python_components::date_of(py, component),
            (value), |_py, value: Bound<'_, pyo3::types::PyDate>| Ok(Component::$name($crate::python_components::date_from(&value)?)) }
    };
    (time $name:ident, $doc:literal) => {
        $crate::python_components::class! { @held $name, $doc,
            value: Py<pyo3::types::PyTime> = |py, component| $crate::python_components::time_of(py, component),
            (value), |_py, value: Bound<'_, pyo3::types::PyTime>| Ok(Component::$name($crate::python_components::time_from(&value)?)) }
    };
    (texts $name:ident, $doc:literal) => {
        $crate::python_components::class! { @held $name, $doc,
            value: $crate::python_types::TupleOf<pyo3::types::PyString> = |py, component| $crate::python_components::texts_of(py, component),
            (value), |_py, value: $crate::python_types::Each<$crate::python_types::Letters>| {
                let texts = value.0.into_iter().map(|text| text.fitting(stringify!($name)));
                Ok(Component::$name(texts.collect::<PyResult<_>>()?))
            } }
    };
    (reals $name:ident, $doc:literal) => {
        $crate::python_components::class! { @held $name, $doc,
            value: $crate::python_types::TupleOf<pyo3::types::PyFloat> = |py, component| $crate::python_components::reals_of(py, component),
            (value), |_py, value: $crate::python_types::Each<$crate::python_types::Number<f64>>| {
                let numbers = value.0.into_iter().map(|number| number.fitting(stringify!($name)));
                Ok(Component::$name(numbers.collect::<PyResult<_>>()?))
            } }
    };
    (ids $name:ident, $doc:literal) => {
        $crate::python_components::class! { @held $name, $doc,
            value: $crate::python_types::TupleOf<pyo3::types::PyInt> = |py, component| $crate::python_components::ids_of(py, component),
            (value), |_py, value: $crate::python_types::Each<$crate::python_components::ClassOrId>| {
                let ids = value.0.into_iter().map(|class| class.0.fitting(stringify!($name)));
                Ok(Component::$name(ids.collect::<PyResult<_>>()?))
            } }
    };
    (enums $name:ident, $element:ident, $doc:literal) => {
        $crate::python_components::class! { @held $name, $doc,
            value: $crate::python_types::TupleOf<$element> = |py, component| $crate::python_components::enums_of(py, component),
            (value), |py, value: $crate::python_types::Each<Py<$element>>|
                Ok(Component::$name($crate::python_components::numbers_from(py, &value))) }
    };
    // One field that is a Python object, built with the component.
    (@held $name:ident, $doc:literal, value: $held:ty = |$py:ident, $component:ident| $get:expr,
     $signature:tt, |$new_py:ident, $value:ident: $input:ty| $build:expr) => {
        #[doc = $doc]
        #[pyclass(frozen, extends = PyComponent, module = "igloo_wire")]
        pub struct $name {
            /// What it holds.
            #[pyo3(get)]
            value: $held,
        }
        $crate::python_types::fields!($name: value);
        $crate::python_components::class! { @built $name, |$py, $component| {
            let value: PyResult<$held> = $get;
            Ok(Self { value: value? })
        } }
        #[pymethods]
        impl $name {
            #[new]
            #[pyo3(signature = $signature)]
            fn new($new_py: Python<'_>, $value: $input) -> PyResult<PyClassInitializer<Self>> {
                let component: PyResult<Component> = $build;
                Self::build($new_py, $crate::python_components::checked(component?)?)
            }
            #[classattr]
            const __match_args__: $crate::python_types::MatchArgs<$name> = $crate::python_types::MatchArgs::NEW;
        }
    };
    (@built $name:ident, |$py:ident, $component:ident| $fields:expr) => {
        impl $name {
            fn build($py: Python<'_>, component: Component) -> PyResult<PyClassInitializer<Self>> {
                let $component = &component;
                let object: PyResult<Self> = $fields;
                let object = object?;
                Ok($crate::python_components::base(component).add_subclass(object))
            }
            pub(crate) fn wrap<'py>(py: Python<'py>, component: &Component) -> PyResult<Bound<'py, PyComponent>> {
                Ok(Bound::new(py, Self::build(py, component.clone())?)?.into_super())
            }
        }
    };
    (colour $name:ident, $doc:literal) => {
        #[doc = $doc]
        #[pyclass(frozen, extends = PyComponent, module = "igloo_wire")]
        pub struct $name {
            /// 0 to 1.
            #[pyo3(get)]
            red: f64,
            /// 0 to 1.
            #[pyo3(get)]
            green: f64,
            /// 0 to 1.
            #[pyo3(get)]
            blue: f64,
        }
        $crate::python_types::fields!($name: red, green, blue);
        $crate::python_components::class! { @built $name, |_py, component| match component {
            Component::$name(color) => Ok(Self { red: color.red, green: color.green, blue: color.blue }),
            _ => unreachable!("a class wraps only its own component"),
        } }
        #[pymethods]
        impl $name {
            #[new]
            #[pyo3(signature = (red: "float", green: "float", blue: "float"))]
            fn new(
                py: Python<'_>,
                red: $crate::python_types::Number<f64>,
                green: $crate::python_types::Number<f64>,
                blue: $crate::python_types::Number<f64>,
            ) -> PyResult<PyClassInitializer<Self>> {
                let color = crate::component::Color {
                    red: red.fitting(concat!(stringify!($name), " red"))?,
                    green: green.fitting(concat!(stringify!($name), " green"))?,
                    blue: blue.fitting(concat!(stringify!($name), " blue"))?,
                };
                Self::build(py, $crate::python_components::checked(Component::$name(Box::new(color)))?)
            }
            #[classattr]
            const __match_args__: $crate::python_types::MatchArgs<$name> = $crate::python_types::MatchArgs::NEW;
        }
    };
    (limits $name:ident, $doc:literal) => {
        #[doc = $doc]
        #[pyclass(frozen, extends = PyComponent, module = "igloo_wire")]
        pub struct $name {
            /// Smallest value, minus infinity if there is none.
            #[pyo3(get)]
            minimum: f64,
            /// Largest value, infinity if there is none.
            #[pyo3(get)]
            maximum: f64,
            /// Distance between two values, 0 if any will do.
            #[pyo3(get)]
            step: f64,
        }
        $crate::python_types::fields!($name: minimum, maximum, step);
        $crate::python_components::class! { @built $name, |_py, component| match component {
            Component::$name(limits) => Ok(Self { minimum: limits.minimum, maximum: limits.maximum, step: limits.step }),
            _ => unreachable!("a class wraps only its own component"),
        } }
        #[pymethods]
        impl $name {
            #[new]
            #[pyo3(signature = (minimum: "float", maximum: "float", step: "float" = $crate::python_types::Number::new(0.0)))]
            fn new(
                py: Python<'_>,
                minimum: $crate::python_types::Number<f64>,
                maximum: $crate::python_types::Number<f64>,
                step: $crate::python_types::Number<f64>,
            ) -> PyResult<PyClassInitializer<Self>> {
                let limits = crate::component::Limits {
                    minimum: minimum.fitting(concat!(stringify!($name), " minimum"))?,
                    maximum: maximum.fitting(concat!(stringify!($name), " maximum"))?,
                    step: step.fitting(concat!(stringify!($name), " step"))?,
                };
                Self::build(py, $crate::python_components::checked(Component::$name(Box::new(limits)))?)
            }
            #[classattr]
            const __match_args__: $crate::python_types::MatchArgs<$name> = $crate::python_types::MatchArgs::NEW;
        }
    };
    (event $name:ident, $doc:literal) => {
        #[doc = $doc]
        #[pyclass(frozen, extends = PyComponent, module = "igloo_wire")]
        pub struct $name {
            /// How often it happened since the last message.
            #[pyo3(get)]
            count: u32,
        }
        $crate::python_types::fields!($name: count);
        $crate::python_components::class! { @built $name, |_py, component| Ok(Self { count: $crate::python_components::event_of(component).0 }) }
        #[pymethods]
        impl $name {
            #[new]
            #[pyo3(signature = (count: "int" = $crate::python_types::Number::new(1)))]
            fn new(py: Python<'_>, count: $crate::python_types::Number<u32>) -> PyResult<PyClassInitializer<Self>> {
                let count = count.fitting(concat!(stringify!($name), " count"))?;
                Self::build(py, $crate::python_components::checked(Component::$name { count })?)
            }
            #[classattr]
            const __match_args__: $crate::python_types::MatchArgs<$name> = $crate::python_types::MatchArgs::NEW;
        }
    };
    (text_event $name:ident, $doc:literal) => {
        #[doc = $doc]
        #[pyclass(frozen, extends = PyComponent, module = "igloo_wire")]
        pub struct $name {
            /// What it was.
            #[pyo3(get)]
            text: Py<pyo3::types::PyString>,
            /// How often it happened since the last message.
            #[pyo3(get)]
            count: u32,
        }
        $crate::python_types::fields!($name: text, count);
        $crate::python_components::class! { @built $name, |py, component| {
            let (count, _, text) = $crate::python_components::event_of(component);
            Ok(Self { text: pyo3::types::PyString::new(py, text).unbind(), count })
        } }
        #[pymethods]
        impl $name {
            #[new]
            #[pyo3(signature = (text: "str", count: "int" = $crate::python_types::Number::new(1)))]
            fn new(
                py: Python<'_>,
                text: $crate::python_types::Letters,
                count: $crate::python_types::Number<u32>,
            ) -> PyResult<PyClassInitializer<Self>> {
                let count = count.fitting(concat!(stringify!($name), " count"))?;
                let text = text.fitting(stringify!($name))?;
                Self::build(py, $crate::python_components::checked(Component::$name { count, text })?)
            }
            #[classattr]
            const __match_args__: $crate::python_types::MatchArgs<$name> = $crate::python_types::MatchArgs::NEW;
        }
    };
    (enum_event $name:ident, $kind:ident, $doc:literal) => {
        #[doc = $doc]
        #[pyclass(frozen, extends = PyComponent, module = "igloo_wire")]
        pub struct $name {
            /// What it was.
            #[pyo3(get)]
            kind: Py<$kind>,
            /// How often it happened since the last message.
            #[pyo3(get)]
            count: u32,
        }
        $crate::python_types::fields!($name: kind, count);
        $crate::python_components::class! { @built $name, |py, component| {
            let (count, kind, _) = $crate::python_components::event_of(component);
            Ok(Self { kind: $crate::python_types::Interned::member(py, kind)?, count })
        } }
        #[pymethods]
        impl $name {
            #[new]
            #[pyo3(signature = (kind, count: "int" = $crate::python_types::Number::new(1)))]
            fn new(
                py: Python<'_>,
                kind: Py<$kind>,
                count: $crate::python_types::Number<u32>,
            ) -> PyResult<PyClassInitializer<Self>> {
                let count = count.fitting(concat!(stringify!($name), " count"))?;
                let number = $crate::python_types::Interned::number(kind.bind(py));
                let component = Component::$name { count, kind: crate::generated::$kind(number) };
                Self::build(py, $crate::python_components::checked(component)?)
            }
            #[classattr]
            const __match_args__: $crate::python_types::MatchArgs<$name> = $crate::python_types::MatchArgs::NEW;
        }
    };
}
pub(crate) use class;

pub(crate) fn number_and_name<E: OpenEnum>(py: Python<'_>, number: u32) -> (Py<PyInt>, Py<PyString>) {
    (PyInt::new(py, number).unbind(), PyString::new(py, &variant_name(E::NAMES, number)).unbind())
}

/// A component that is newer than this program: kept as it came, and passed on as the same bytes.
#[pyclass(frozen, extends = PyComponent, module = "igloo_wire")]
pub struct UnknownComponent {
    /// What it holds, in a form that is not known here.
    #[pyo3(get)]
    payload: Py<PyBytes>,
}
fields!(UnknownComponent: id, payload);
class! { @built UnknownComponent, |py, component| match component {
    Component::Newer { payload, .. } => Ok(Self { payload: PyBytes::new(py, payload).unbind() }),
    _ => unreachable!("a class wraps only its own component"),
} }

#[pymethods]
impl UnknownComponent {
    #[new]
    #[pyo3(signature = (id: "int", payload: "bytes"))]
    fn new(py: Python<'_>, id: Number<u16>, payload: &[u8]) -> PyResult<PyClassInitializer<Self>> {
        let id = id.fitting("UnknownComponent id")?;
        if usize::from(id) < SCHEMAS.len() {
            return Err(PyValueError::new_err(format!("id {id} is {}, which is known", SCHEMAS[usize::from(id)].name)));
        }
        Self::build(py, checked(Component::Newer { id, payload: payload.into() })?)
    }
    #[classattr]
    const __match_args__: MatchArgs<UnknownComponent> = MatchArgs::NEW;
}

/// A component that was received and not taken, because its value breaks the schema.
#[pyclass(frozen, module = "igloo_wire")]
pub struct RefusedValue(RefusedRow);
fields!(RefusedValue: device, entity, component, reason);

#[pymethods]
impl RefusedValue {
    /// Number of the device.
    #[getter]
    const fn device(&self) -> u32 {
        self.0.device
    }
    /// Number of the entity.
    #[getter]
    const fn entity(&self) -> u16 {
        self.0.entity
    }
    /// Id of the component.
    #[getter]
    const fn component(&self) -> u16 {
        self.0.component
    }
    /// Why, for people: "Humidity 130.0 is above 100".
    #[getter]
    fn reason(&self) -> String {
        self.0.to_string()
    }
    #[classattr]
    const __match_args__: MatchArgs<RefusedValue> = MatchArgs::NEW;
    fn __copy__(slf: Bound<'_, Self>) -> Bound<'_, Self> {
        slf
    }
    #[pyo3(signature = (memo: "object"))]
    #[expect(unused_variables, reason = "what is its own copy needs no memory of copies")]
    fn __deepcopy__<'py>(slf: Bound<'py, Self>, memo: &Bound<'_, PyAny>) -> Bound<'py, Self> {
        slf
    }
    fn __eq__(&self, other: &Bound<'_, PyAny>) -> bool {
        other.cast::<Self>().is_ok_and(|other| other.get().0 == self.0)
    }
    fn __hash__(slf: &Bound<'_, Self>) -> PyResult<isize> {
        hash_of(slf)
    }
    fn __repr__(slf: &Bound<'_, Self>) -> PyResult<String> {
        repr_of(slf)
    }
}

pub(crate) fn refused_tuple<'a>(
    py: Python<'_>,
    rows: impl Iterator<Item = &'a RefusedRow>,
) -> PyResult<TupleOf<RefusedValue>> {
    tuple_of(py, rows.map(|row| RefusedValue(*row)))
}

/// The classes of the components, by id.
#[pyfunction]
#[pyo3(signature = () -> "tuple[type[Component], ...]")]
pub fn component_classes(py: Python<'_>) -> PyResult<Bound<'_, PyTuple>> {
    PyTuple::new(py, classes(py))
}

/// Gives every class its own schema; the stub knows it from the base class.
pub fn set_schemas(py: Python<'_>) -> PyResult<()> {
    for (class, schema) in classes(py).iter().zip(&SCHEMAS) {
        class.setattr("schema", Schema(schema))?;
    }
    Ok(())
}
