//! Where Rust meets Python: the classes and functions of `igloo_wire._wire`. Knows nothing of bytes.
//!
//! Every component is a small class on top of `Component`, every message one on top of `Message`. The base holds the
//! Rust value, which is what is encoded and compared; the class on top holds the same as Python objects, which is
//! what is read. `class!` below has one arm per kind of component.

#![allow(non_upper_case_globals, reason = "__match_args__ is Python's name")]

use crate::codec::Writer;
use crate::component::{self, Components, OpenEnum, Payload, Refused as RefusedRow};
use crate::error::{Invalid, Limit, WireError};
use crate::frame::MAX_FRAME;
use crate::generated::{Component, SCHEMAS};
use crate::generated_python::{classes, to_python};
use crate::message::{self, Key, Map, Message, Name, Text, Value, WritesEncoder};
use pyo3::buffer::PyBuffer;
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{
    PyBool, PyByteArray, PyBytes, PyDate, PyDict, PyFloat, PyInt, PyList, PyString, PyTime, PyTuple, PyType,
};
use pyo3::{IntoPyObjectExt, PyTypeInfo};
use std::convert::Infallible;
use std::marker::PhantomData;

#[cfg(feature = "stubs")]
use pyo3::inspect::{PyStaticConstant, PyStaticExpr};
#[cfg(feature = "stubs")]
use pyo3::{type_hint_identifier, type_hint_subscript, type_hint_union};

/// The exceptions are written in Python, so that they are typed and documented like any other.
mod raised {
    pyo3::import_exception!(igloo_wire.errors, PreambleError);
    pyo3::import_exception!(igloo_wire.errors, FrameTooLarge);
    pyo3::import_exception!(igloo_wire.errors, MalformedFrame);
    pyo3::import_exception!(igloo_wire.errors, LimitExceeded);
    pyo3::import_exception!(igloo_wire.errors, InvalidValue);
}

fn wire_error(py: Python<'_>, error: WireError, messages: &[Py<PyMessage>]) -> PyErr {
    let messages = match PyTuple::new(py, messages) {
        Ok(messages) => messages.unbind(),
        Err(error) => return error,
    };
    let arguments = (error.to_string(), messages);
    match error {
        WireError::NotIgloo(_) | WireError::Protocol(_) => raised::PreambleError::new_err(arguments),
        WireError::FrameTooLarge { .. } => raised::FrameTooLarge::new_err(arguments),
        WireError::Malformed { fault: crate::error::Fault::Limit(..), .. } => raised::LimitExceeded::new_err(arguments),
        WireError::EmptyFrame | WireError::Malformed { .. } => raised::MalformedFrame::new_err(arguments),
    }
}

fn invalid(what: &str, why: Invalid) -> PyErr {
    raised::InvalidValue::new_err(format!("{what} {why}"))
}

/// The value, if it keeps the rules of its component.
pub(crate) fn checked(component: Component) -> PyResult<Component> {
    match component.check_built() {
        Ok(()) => Ok(component),
        Err(why) => Err(invalid(component.schema().map_or("UnknownComponent", |schema| schema.name), why)),
    }
}

// --- types for the stub ---------------------------------------------------------------------------------------------

/// Names of the positional arguments of a class, for `match` and for `repr`.
pub(crate) trait Fields {
    const FIELDS: &'static [&'static str];
    #[cfg(feature = "stubs")]
    const HINT: PyStaticExpr;
}

macro_rules! fields {
    ($class:ty: $($field:ident),*) => {
        impl $crate::python::Fields for $class {
            const FIELDS: &'static [&'static str] = &[$(stringify!($field)),*];
            #[cfg(feature = "stubs")]
            const HINT: pyo3::inspect::PyStaticExpr = pyo3::type_hint_subscript!(
                pyo3::type_hint_identifier!("builtins", "tuple"),
                pyo3::inspect::PyStaticExpr::Tuple { elts: &[$(pyo3::type_hint_subscript!(
                    pyo3::type_hint_identifier!("typing", "Literal"),
                    pyo3::inspect::PyStaticExpr::Constant {
                        value: pyo3::inspect::PyStaticConstant::Str(stringify!($field))
                    }
                )),*] }
            );
        }
    };
}
pub(crate) use fields;

/// `__match_args__` of a class, typed so that `case Dimmer(value)` gives `value` its type.
pub(crate) struct MatchArgs<T>(PhantomData<T>);

impl<T> MatchArgs<T> {
    pub(crate) const NEW: Self = Self(PhantomData);
}

impl<'py, T: Fields> IntoPyObject<'py> for MatchArgs<T> {
    type Target = PyTuple;
    type Output = Bound<'py, PyTuple>;
    type Error = PyErr;
    #[cfg(feature = "stubs")]
    const OUTPUT_TYPE: PyStaticExpr = T::HINT;
    fn into_pyobject(self, py: Python<'py>) -> PyResult<Self::Output> {
        PyTuple::new(py, T::FIELDS)
    }
}

/// `tuple[T, ...]`.
pub(crate) struct TupleOf<T>(Py<PyTuple>, PhantomData<fn() -> T>);

impl<T> TupleOf<T> {
    pub(crate) fn new<'py>(py: Python<'py>, items: Vec<Bound<'py, PyAny>>) -> PyResult<Self> {
        Ok(Self(PyTuple::new(py, items)?.unbind(), PhantomData))
    }
}

impl<'py, T: PyTypeInfo> IntoPyObject<'py> for &TupleOf<T> {
    type Target = PyTuple;
    type Output = Bound<'py, PyTuple>;
    type Error = Infallible;
    #[cfg(feature = "stubs")]
    const OUTPUT_TYPE: PyStaticExpr = type_hint_subscript!(
        type_hint_identifier!("builtins", "tuple"),
        T::TYPE_HINT,
        PyStaticExpr::Constant { value: PyStaticConstant::Ellipsis }
    );
    fn into_pyobject(self, py: Python<'py>) -> Result<Self::Output, Infallible> {
        Ok(self.0.bind(py).clone())
    }
}

impl<'py, T: PyTypeInfo> IntoPyObject<'py> for TupleOf<T> {
    type Target = PyTuple;
    type Output = Bound<'py, PyTuple>;
    type Error = Infallible;
    #[cfg(feature = "stubs")]
    const OUTPUT_TYPE: PyStaticExpr = <&Self as IntoPyObject<'py>>::OUTPUT_TYPE;
    fn into_pyobject(self, py: Python<'py>) -> Result<Self::Output, Infallible> {
        (&self).into_pyobject(py)
    }
}

/// Any iterable of `T`, but not a text, which would fall into its letters.
pub(crate) struct Each<T>(pub(crate) Vec<T>);

impl<'a, 'py, T: FromPyObjectOwned<'py>> FromPyObject<'a, 'py> for Each<T> {
    type Error = PyErr;
    #[cfg(feature = "stubs")]
    const INPUT_TYPE: PyStaticExpr =
        type_hint_subscript!(type_hint_identifier!("collections.abc", "Iterable"), T::INPUT_TYPE);
    fn extract(object: Borrowed<'a, 'py, PyAny>) -> PyResult<Self> {
        if object.is_instance_of::<PyString>() {
            return Err(PyTypeError::new_err("expected several values in a list or tuple, not one text"));
        }
        let items = object.try_iter()?.map(|item| item?.extract::<T>().map_err(Into::into));
        items.collect::<PyResult<_>>().map(Self)
    }
}

/// Any iterable of `T`, looked through by the function that takes it.
pub struct IterableOf<'a, 'py, T>(Borrowed<'a, 'py, PyAny>, PhantomData<T>);

impl<'a, 'py, T: FromPyObjectOwned<'py>> FromPyObject<'a, 'py> for IterableOf<'a, 'py, T> {
    type Error = Infallible;
    #[cfg(feature = "stubs")]
    const INPUT_TYPE: PyStaticExpr = Each::<T>::INPUT_TYPE;
    fn extract(object: Borrowed<'a, 'py, PyAny>) -> Result<Self, Infallible> {
        Ok(Self(object, PhantomData))
    }
}

/// The class of a component, or its id.
pub(crate) struct ClassOrId(pub(crate) u16);

impl<'a, 'py> FromPyObject<'a, 'py> for ClassOrId {
    type Error = PyErr;
    #[cfg(feature = "stubs")]
    const INPUT_TYPE: PyStaticExpr = type_hint_union!(
        type_hint_subscript!(type_hint_identifier!("builtins", "type"), PyComponent::TYPE_HINT),
        type_hint_identifier!("builtins", "int")
    );
    fn extract(object: Borrowed<'a, 'py, PyAny>) -> PyResult<Self> {
        let Ok(class) = object.cast::<PyType>() else { return Ok(Self(object.extract()?)) };
        match class.getattr("schema").and_then(|schema| Ok(schema.cast::<Schema>()?.get().0.id)) {
            Ok(id) if id != NOTHING.id => Ok(Self(id)),
            _ => Err(PyTypeError::new_err(format!("{} is not the class of a component", class.name()?))),
        }
    }
}

/// A class whose known values exist once.
pub(crate) trait Interned: PyTypeInfo + Sized {
    fn member(py: Python<'_>, number: u32) -> PyResult<Py<Self>>;
    fn number(object: &Bound<'_, Self>) -> u32;
}

/// A known value of such a class, as its attribute.
pub(crate) struct Member<T>(u32, PhantomData<T>);

impl<T> Member<T> {
    pub(crate) const fn new(number: u32) -> Self {
        Self(number, PhantomData)
    }
}

impl<'py, T: Interned> IntoPyObject<'py> for Member<T> {
    type Target = T;
    type Output = Bound<'py, T>;
    type Error = PyErr;
    #[cfg(feature = "stubs")]
    const OUTPUT_TYPE: PyStaticExpr = T::TYPE_HINT;
    fn into_pyobject(self, py: Python<'py>) -> PyResult<Self::Output> {
        T::member(py, self.0).map(|member| member.into_bound(py))
    }
}

/// `Name(field, field)`, from what `__match_args__` names.
fn repr_of(object: &Bound<'_, PyAny>) -> PyResult<String> {
    let class = object.get_type();
    let mut parts = Vec::new();
    for field in class.getattr("__match_args__")?.try_iter()? {
        let field = field?;
        parts.push((field.clone(), object.getattr(field.cast::<PyString>()?)?.repr()?));
    }
    let named = parts.len() > 1;
    let parts = parts.iter().map(|(field, value)| if named { format!("{field}={value}") } else { value.to_string() });
    Ok(format!("{}({})", class.name()?, parts.collect::<Vec<_>>().join(", ")))
}

/// The hash of the class's name and the fields, so that equal objects have equal ones.
fn hash_of(object: &Bound<'_, PyAny>) -> PyResult<isize> {
    let class = object.get_type();
    let mut parts = vec![class.name()?.into_any()];
    for field in class.getattr("__match_args__")?.try_iter()? {
        parts.push(object.getattr(field?.cast::<PyString>()?)?);
    }
    PyTuple::new(object.py(), parts)?.hash()
}

fn variant_name(names: &[&str], number: u32) -> String {
    names.get(number as usize).map_or_else(|| format!("unknown:{number}"), |name| (*name).to_owned())
}

// --- open enums -----------------------------------------------------------------------------------------------------

/// A number with names for the values that this revision knows; others are kept and passed on.
#[pyclass(frozen, subclass, name = "OpenEnum", module = "igloo_wire")]
pub struct OpenEnumeration {
    number: u32,
    names: &'static [&'static str],
}

impl OpenEnumeration {
    pub(crate) const fn new(number: u32, names: &'static [&'static str]) -> Self {
        Self { number, names }
    }
    pub(crate) const fn number(&self) -> u32 {
        self.number
    }
}

#[pymethods]
impl OpenEnumeration {
    /// Number on the wire.
    #[getter]
    const fn value(&self) -> u32 {
        self.number
    }
    /// Name, or "unknown:87" for a number without one.
    #[getter]
    fn name(&self) -> String {
        variant_name(self.names, self.number)
    }
    fn __eq__(slf: &Bound<'_, Self>, other: &Bound<'_, PyAny>) -> bool {
        slf.get_type().is(other.get_type())
            && other.cast::<Self>().is_ok_and(|other| other.get().number == slf.get().number)
    }
    const fn __hash__(&self) -> u64 {
        self.number as u64
    }
    fn __repr__(slf: &Bound<'_, Self>) -> PyResult<String> {
        let (class, number) = (slf.get_type(), slf.get().number);
        Ok(match slf.get().names.get(number as usize) {
            Some(name) => format!("{}.{name}", class.name()?),
            None => format!("{}({number})", class.name()?),
        })
    }
}

// --- components -----------------------------------------------------------------------------------------------------

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
    fn __repr__(&self) -> String {
        format!("<Schema of {}: id {}, {}, {}>", self.0.name, self.0.id, self.0.kind, self.0.access)
    }
}

fn tuple_of<'py, T, I: IntoPyObject<'py>>(py: Python<'py>, items: impl Iterator<Item = I>) -> PyResult<TupleOf<T>> {
    TupleOf::new(py, items.map(|item| item.into_bound_py_any(py)).collect::<PyResult<_>>()?)
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
        $crate::python::fields!($name:);
        impl $name {
            fn single(py: Python<'_>) -> PyResult<&Py<Self>> {
                static ONE: pyo3::sync::PyOnceLock<Py<$name>> = pyo3::sync::PyOnceLock::new();
                ONE.get_or_try_init(py, || Py::new(py, $crate::python::base(Component::$name).add_subclass(Self {})))
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
            const __match_args__: $crate::python::MatchArgs<$name> = $crate::python::MatchArgs::NEW;
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
        $crate::python::fields!($name: value);
        impl $name {
            fn one_of_two(py: Python<'_>, value: bool) -> PyResult<&Py<Self>> {
                static TWO: pyo3::sync::PyOnceLock<[Py<$name>; 2]> = pyo3::sync::PyOnceLock::new();
                let make = |value| {
                    let object = Self { value: pyo3::types::PyBool::new(py, value).to_owned().unbind() };
                    Py::new(py, $crate::python::base(Component::$name(value)).add_subclass(object))
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
            const __match_args__: $crate::python::MatchArgs<$name> = $crate::python::MatchArgs::NEW;
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
        $crate::python::fields!($name: value);
        impl $crate::python::Interned for $name {
            fn member(py: Python<'_>, number: u32) -> PyResult<Py<Self>> {
                static KNOWN: pyo3::sync::PyOnceLock<Vec<Py<$name>>> = pyo3::sync::PyOnceLock::new();
                let make = |number| {
                    let (value, name) = $crate::python::number_and_name::<crate::generated::$name>(py, number);
                    let component = Component::$name(crate::generated::$name(number));
                    Py::new(py, $crate::python::base(component).add_subclass(Self { value, name }))
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
                Ok(<Self as $crate::python::Interned>::member(py, value.0)?.into_bound(py).into_super())
            }
        }
        #[pymethods]
        impl $name {
            #[new]
            #[pyo3(signature = (value: "int"))]
            fn new(py: Python<'_>, value: u32) -> PyResult<Py<Self>> {
                <Self as $crate::python::Interned>::member(py, value)
            }
            #[classattr]
            const __match_args__: $crate::python::MatchArgs<$name> = $crate::python::MatchArgs::NEW;
            $(#[classattr] const $variant: $crate::python::Member<$name> = $crate::python::Member::new($number);)*
        }
    };
    // An enum that is no component.
    (open_enum $name:ident, $rust:path, $doc:literal, $($variant:ident = $number:literal),* $(,)?) => {
        #[doc = $doc]
        #[pyclass(frozen, extends = $crate::python::OpenEnumeration, module = "igloo_wire")]
        pub struct $name {}
        $crate::python::fields!($name: value);
        impl $crate::python::Interned for $name {
            fn member(py: Python<'_>, number: u32) -> PyResult<Py<Self>> {
                static KNOWN: pyo3::sync::PyOnceLock<Vec<Py<$name>>> = pyo3::sync::PyOnceLock::new();
                let make = |number| {
                    let names = <$rust as $crate::component::OpenEnum>::NAMES;
                    let base = PyClassInitializer::from($crate::python::OpenEnumeration::new(number, names));
                    Py::new(py, base.add_subclass(Self {}))
                };
                let known = KNOWN.get_or_try_init(py, || [$($number),*].into_iter().map(make).collect::<PyResult<_>>())?;
                known.get(number as usize).map_or_else(|| make(number), |member| Ok(member.clone_ref(py)))
            }
            fn number(object: &Bound<'_, Self>) -> u32 {
                object.as_super().get().number()
            }
        }
        impl $crate::python::Crossing for $rust {
            type Input<'a> = Py<$name>;
            type Output = Py<$name>;
            fn from_python(py: Python<'_>, _: &str, value: Py<$name>) -> PyResult<Self> {
                Ok(Self($crate::python::Interned::number(value.bind(py))))
            }
            fn to_python(&self, py: Python<'_>) -> PyResult<Py<$name>> {
                $crate::python::Interned::member(py, self.0)
            }
        }
        #[pymethods]
        impl $name {
            #[new]
            #[pyo3(signature = (value: "int"))]
            fn new(py: Python<'_>, value: u32) -> PyResult<Py<Self>> {
                <Self as $crate::python::Interned>::member(py, value)
            }
            #[classattr]
            const __match_args__: $crate::python::MatchArgs<$name> = $crate::python::MatchArgs::NEW;
            $(#[classattr] const $variant: $crate::python::Member<$name> = $crate::python::Member::new($number);)*
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
        $crate::python::fields!($name: value);
        impl $name {
            #[inline]
            fn wrap(py: Python<'_>, value: f64) -> PyResult<Bound<'_, PyComponent>> {
                let object = Self { value: pyo3::types::PyFloat::new(py, value).unbind() };
                Ok(Bound::new(py, $crate::python::base(Component::$name(value)).add_subclass(object))?.into_super())
            }
        }
        #[pymethods]
        impl $name {
            #[new]
            #[pyo3(signature = (value: "float"))]
            fn new(py: Python<'_>, value: f64) -> PyResult<PyClassInitializer<Self>> {
                let component = $crate::python::checked(Component::$name(value))?;
                let object = Self { value: pyo3::types::PyFloat::new(py, value).unbind() };
                Ok($crate::python::base(component).add_subclass(object))
            }
            #[classattr]
            const __match_args__: $crate::python::MatchArgs<$name> = $crate::python::MatchArgs::NEW;
        }
    };
    (integer $name:ident, $doc:literal) => {
        $crate::python::class! { @held $name, $doc,
            value: Py<pyo3::types::PyInt> = |py, component| Ok($crate::python::integer_of(py, component)),
            (value: "int"), |_py, value: i64| Ok(Component::$name(value)) }
    };
    (text $name:ident, $doc:literal) => {
        $crate::python::class! { @held $name, $doc,
            value: Py<pyo3::types::PyString> = |py, component| Ok($crate::python::text_of(py, component)),
            (value: "str"), |_py, value: &str| Ok(Component::$name(value.into())) }
    };
    (date $name:ident, $doc:literal) => {
        $crate::python::class! { @held $name, $doc,
            value: Py<pyo3::types::PyDate> = |py, component| $crate::python::date_of(py, component),
            (value), |_py, value: Bound<'_, pyo3::types::PyDate>| Ok(Component::$name($crate::python::date_from(&value)?)) }
    };
    (time $name:ident, $doc:literal) => {
        $crate::python::class! { @held $name, $doc,
            value: Py<pyo3::types::PyTime> = |py, component| $crate::python::time_of(py, component),
            (value), |_py, value: Bound<'_, pyo3::types::PyTime>| Ok(Component::$name($crate::python::time_from(&value)?)) }
    };
    (texts $name:ident, $doc:literal) => {
        $crate::python::class! { @held $name, $doc,
            value: $crate::python::TupleOf<pyo3::types::PyString> = |py, component| $crate::python::texts_of(py, component),
            (value), |_py, value: $crate::python::Each<String>|
                Ok(Component::$name(value.0.into_iter().map(String::into_boxed_str).collect())) }
    };
    (reals $name:ident, $doc:literal) => {
        $crate::python::class! { @held $name, $doc,
            value: $crate::python::TupleOf<pyo3::types::PyFloat> = |py, component| $crate::python::reals_of(py, component),
            (value), |_py, value: $crate::python::Each<f64>| Ok(Component::$name(value.0.into())) }
    };
    (ids $name:ident, $doc:literal) => {
        $crate::python::class! { @held $name, $doc,
            value: $crate::python::TupleOf<pyo3::types::PyInt> = |py, component| $crate::python::ids_of(py, component),
            (value), |_py, value: $crate::python::Each<$crate::python::ClassOrId>|
                Ok(Component::$name(value.0.iter().map(|class| class.0).collect())) }
    };
    (enums $name:ident, $element:ident, $doc:literal) => {
        $crate::python::class! { @held $name, $doc,
            value: $crate::python::TupleOf<$element> = |py, component| $crate::python::enums_of(py, component),
            (value), |py, value: $crate::python::Each<Py<$element>>|
                Ok(Component::$name($crate::python::numbers_from(py, &value))) }
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
        $crate::python::fields!($name: value);
        $crate::python::class! { @built $name, |$py, $component| {
            let value: PyResult<$held> = $get;
            Ok(Self { value: value? })
        } }
        #[pymethods]
        impl $name {
            #[new]
            #[pyo3(signature = $signature)]
            fn new($new_py: Python<'_>, $value: $input) -> PyResult<PyClassInitializer<Self>> {
                let component: PyResult<Component> = $build;
                Self::build($new_py, $crate::python::checked(component?)?)
            }
            #[classattr]
            const __match_args__: $crate::python::MatchArgs<$name> = $crate::python::MatchArgs::NEW;
        }
    };
    (@built $name:ident, |$py:ident, $component:ident| $fields:expr) => {
        impl $name {
            fn build($py: Python<'_>, component: Component) -> PyResult<PyClassInitializer<Self>> {
                let $component = &component;
                let object: PyResult<Self> = $fields;
                let object = object?;
                Ok($crate::python::base(component).add_subclass(object))
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
        $crate::python::fields!($name: red, green, blue);
        $crate::python::class! { @built $name, |_py, component| match component {
            Component::$name(color) => Ok(Self { red: color.red, green: color.green, blue: color.blue }),
            _ => unreachable!("a class wraps only its own component"),
        } }
        #[pymethods]
        impl $name {
            #[new]
            #[pyo3(signature = (red: "float", green: "float", blue: "float"))]
            fn new(py: Python<'_>, red: f64, green: f64, blue: f64) -> PyResult<PyClassInitializer<Self>> {
                let color = crate::component::Color { red, green, blue };
                Self::build(py, $crate::python::checked(Component::$name(Box::new(color)))?)
            }
            #[classattr]
            const __match_args__: $crate::python::MatchArgs<$name> = $crate::python::MatchArgs::NEW;
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
        $crate::python::fields!($name: minimum, maximum, step);
        $crate::python::class! { @built $name, |_py, component| match component {
            Component::$name(limits) => Ok(Self { minimum: limits.minimum, maximum: limits.maximum, step: limits.step }),
            _ => unreachable!("a class wraps only its own component"),
        } }
        #[pymethods]
        impl $name {
            #[new]
            #[pyo3(signature = (minimum: "float", maximum: "float", step: "float" = 0.0))]
            fn new(py: Python<'_>, minimum: f64, maximum: f64, step: f64) -> PyResult<PyClassInitializer<Self>> {
                let limits = crate::component::Limits { minimum, maximum, step };
                Self::build(py, $crate::python::checked(Component::$name(Box::new(limits)))?)
            }
            #[classattr]
            const __match_args__: $crate::python::MatchArgs<$name> = $crate::python::MatchArgs::NEW;
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
        $crate::python::fields!($name: count);
        $crate::python::class! { @built $name, |_py, component| Ok(Self { count: $crate::python::event_of(component).0 }) }
        #[pymethods]
        impl $name {
            #[new]
            #[pyo3(signature = (count: "int" = 1))]
            fn new(py: Python<'_>, count: u32) -> PyResult<PyClassInitializer<Self>> {
                Self::build(py, $crate::python::checked(Component::$name { count })?)
            }
            #[classattr]
            const __match_args__: $crate::python::MatchArgs<$name> = $crate::python::MatchArgs::NEW;
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
        $crate::python::fields!($name: text, count);
        $crate::python::class! { @built $name, |py, component| {
            let (count, _, text) = $crate::python::event_of(component);
            Ok(Self { text: pyo3::types::PyString::new(py, text).unbind(), count })
        } }
        #[pymethods]
        impl $name {
            #[new]
            #[pyo3(signature = (text: "str", count: "int" = 1))]
            fn new(py: Python<'_>, text: &str, count: u32) -> PyResult<PyClassInitializer<Self>> {
                Self::build(py, $crate::python::checked(Component::$name { count, text: text.into() })?)
            }
            #[classattr]
            const __match_args__: $crate::python::MatchArgs<$name> = $crate::python::MatchArgs::NEW;
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
        $crate::python::fields!($name: kind, count);
        $crate::python::class! { @built $name, |py, component| {
            let (count, kind, _) = $crate::python::event_of(component);
            Ok(Self { kind: $crate::python::Interned::member(py, kind)?, count })
        } }
        #[pymethods]
        impl $name {
            #[new]
            #[pyo3(signature = (kind, count: "int" = 1))]
            fn new(py: Python<'_>, kind: Py<$kind>, count: u32) -> PyResult<PyClassInitializer<Self>> {
                let number = $crate::python::Interned::number(kind.bind(py));
                let component = Component::$name { count, kind: crate::generated::$kind(number) };
                Self::build(py, $crate::python::checked(component)?)
            }
            #[classattr]
            const __match_args__: $crate::python::MatchArgs<$name> = $crate::python::MatchArgs::NEW;
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
    fn new(py: Python<'_>, id: u16, payload: &[u8]) -> PyResult<PyClassInitializer<Self>> {
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

fn refused_tuple<'a>(py: Python<'_>, rows: impl Iterator<Item = &'a RefusedRow>) -> PyResult<TupleOf<RefusedValue>> {
    tuple_of(py, rows.map(|row| RefusedValue(*row)))
}

// --- messages -------------------------------------------------------------------------------------------------------

/// How the field of a message crosses.
pub(crate) trait Crossing: Sized {
    type Input<'a>;
    type Output;
    fn from_python(py: Python<'_>, field: &str, value: Self::Input<'_>) -> PyResult<Self>;
    fn to_python(&self, py: Python<'_>) -> PyResult<Self::Output>;
}

macro_rules! crosses_as_itself {
    ($($type:ty),*) => {$(
        impl Crossing for $type {
            type Input<'a> = Self;
            type Output = Self;
            fn from_python(_: Python<'_>, _: &str, value: Self) -> PyResult<Self> {
                Ok(value)
            }
            fn to_python(&self, _: Python<'_>) -> PyResult<Self> {
                Ok(*self)
            }
        }
    )*};
}
crosses_as_itself!(bool, u16, u32, u64, Option<u16>, Option<u32>);

macro_rules! crosses_as_text {
    ($($type:ty: |$text:ident| $make:expr;)*) => {$(
        impl Crossing for $type {
            type Input<'a> = &'a str;
            type Output = Py<PyString>;
            fn from_python(_: Python<'_>, field: &str, $text: &str) -> PyResult<Self> {
                let made: Result<Self, Invalid> = $make;
                made.map_err(|why| invalid(field, why))
            }
            fn to_python(&self, py: Python<'_>) -> PyResult<Py<PyString>> {
                Ok(PyString::new(py, self).unbind())
            }
        }
    )*};
}
crosses_as_text! {
    Key: |text| Key::new(text);
    Name: |text| Name::new(text);
    Box<str>: |text| bounded(text);
}

/// Any text, also one with halves of surrogate pairs, as Python makes them of file names that are not UTF-8.
#[derive(Default)]
pub(crate) struct Sentence(String);

impl<'a, 'py> FromPyObject<'a, 'py> for Sentence {
    type Error = PyErr;
    #[cfg(feature = "stubs")]
    const INPUT_TYPE: PyStaticExpr = PyString::TYPE_HINT;
    fn extract(object: Borrowed<'a, 'py, PyAny>) -> PyResult<Self> {
        Ok(Self(object.cast::<PyString>()?.to_string_lossy().into_owned()))
    }
}

impl Crossing for Text {
    type Input<'a> = Sentence;
    type Output = Py<PyString>;
    fn from_python(_: Python<'_>, _: &str, text: Sentence) -> PyResult<Self> {
        Ok(Self::cleaned(&text.0))
    }
    fn to_python(&self, py: Python<'_>) -> PyResult<Py<PyString>> {
        Ok(PyString::new(py, self).unbind())
    }
}

fn bounded(text: &str) -> Result<Box<str>, Invalid> {
    match u32::try_from(text.len()).unwrap_or(u32::MAX) {
        length if length > Limit::Text.most() => Err(Invalid::Limit(Limit::Text, length)),
        _ => Ok(text.into()),
    }
}

impl Crossing for Components {
    type Input<'a> = Each<Py<PyComponent>>;
    type Output = TupleOf<PyComponent>;
    fn from_python(py: Python<'_>, field: &str, value: Self::Input<'_>) -> PyResult<Self> {
        match u32::try_from(value.0.len()).unwrap_or(u32::MAX) {
            count if count > Limit::Components.most() => Err(invalid(field, Invalid::Limit(Limit::Components, count))),
            _ => Ok(Self::new(value.0.iter().map(|component| component.bind(py).get().0.clone()).collect::<Vec<_>>())),
        }
    }
    fn to_python(&self, py: Python<'_>) -> PyResult<Self::Output> {
        let objects = self.valid.iter().map(|component| to_python(py, component).map(Bound::into_any));
        TupleOf::new(py, objects.collect::<PyResult<_>>()?)
    }
}

/// A dict of names and values of one kind.
pub(crate) struct DictOf<T>(Py<PyDict>, PhantomData<fn() -> T>);

/// What a dict may hold, for the stub.
pub(crate) trait Held {
    #[cfg(feature = "stubs")]
    const HINT: PyStaticExpr;
}
impl Held for Value {
    #[cfg(feature = "stubs")]
    const HINT: PyStaticExpr = type_hint_identifier!("typing", "Any");
}
impl Held for Box<str> {
    #[cfg(feature = "stubs")]
    const HINT: PyStaticExpr = type_hint_identifier!("builtins", "str");
}

impl<'py, T: Held> IntoPyObject<'py> for &DictOf<T> {
    type Target = PyDict;
    type Output = Bound<'py, PyDict>;
    type Error = Infallible;
    #[cfg(feature = "stubs")]
    const OUTPUT_TYPE: PyStaticExpr = type_hint_subscript!(
        type_hint_identifier!("builtins", "dict"),
        type_hint_identifier!("builtins", "str"),
        T::HINT
    );
    fn into_pyobject(self, py: Python<'py>) -> Result<Self::Output, Infallible> {
        Ok(self.0.bind(py).clone())
    }
}

impl<'a, 'py, T: Held> FromPyObject<'a, 'py> for DictOf<T> {
    type Error = PyErr;
    #[cfg(feature = "stubs")]
    const INPUT_TYPE: PyStaticExpr = <&Self as IntoPyObject<'py>>::OUTPUT_TYPE;
    fn extract(object: Borrowed<'a, 'py, PyAny>) -> PyResult<Self> {
        Ok(Self(object.cast::<PyDict>()?.to_owned().unbind(), PhantomData))
    }
}

impl Crossing for Map<Value> {
    type Input<'a> = DictOf<Value>;
    type Output = DictOf<Value>;
    fn from_python(py: Python<'_>, field: &str, value: Self::Input<'_>) -> PyResult<Self> {
        map_from_python(value.0.bind(py), field, 1, &mut 0)
    }
    fn to_python(&self, py: Python<'_>) -> PyResult<Self::Output> {
        Ok(DictOf(map_to_python(py, self)?.unbind(), PhantomData))
    }
}

impl Crossing for Map<Box<str>> {
    type Input<'a> = DictOf<Box<str>>;
    type Output = DictOf<Box<str>>;
    fn from_python(py: Python<'_>, field: &str, value: Self::Input<'_>) -> PyResult<Self> {
        let pairs = value.0.bind(py).iter().map(|(key, value)| Ok((text_key(&key, field)?, text_key(&value, field)?)));
        let pairs = pairs.collect::<PyResult<Vec<_>>>()?;
        count_values(&mut 0, pairs.len(), field)?;
        Ok(Self::new(pairs))
    }
    fn to_python(&self, py: Python<'_>) -> PyResult<Self::Output> {
        let dict = PyDict::new(py);
        for (key, text) in &**self {
            dict.set_item(&**key, &**text)?;
        }
        Ok(DictOf(dict.unbind(), PhantomData))
    }
}

fn text_key(object: &Bound<'_, PyAny>, field: &str) -> PyResult<Box<str>> {
    bounded(object.cast::<PyString>()?.to_str()?).map_err(|why| invalid(field, why))
}

fn count_values(values: &mut u32, more: usize, field: &str) -> PyResult<()> {
    *values = values.saturating_add(u32::try_from(more).unwrap_or(u32::MAX));
    if *values > Limit::Values.most() { Err(invalid(field, Invalid::Limit(Limit::Values, *values))) } else { Ok(()) }
}

fn map_from_python(dict: &Bound<'_, PyDict>, field: &str, depth: u32, values: &mut u32) -> PyResult<Map<Value>> {
    count_values(values, dict.len(), field)?;
    let pairs =
        dict.iter().map(|(key, value)| Ok((text_key(&key, field)?, value_from_python(&value, field, depth, values)?)));
    Ok(Map::new(pairs.collect::<PyResult<Vec<_>>>()?))
}

fn value_from_python(object: &Bound<'_, PyAny>, field: &str, depth: u32, values: &mut u32) -> PyResult<Value> {
    if depth > Limit::Depth.most() {
        return Err(invalid(field, Invalid::Limit(Limit::Depth, depth)));
    }
    if object.is_none() {
        Ok(Value::Null)
    } else if let Ok(value) = object.cast::<PyBool>() {
        Ok(Value::Boolean(value.is_true()))
    } else if object.is_instance_of::<PyInt>() {
        Ok(Value::Integer(object.extract()?))
    } else if let Ok(value) = object.cast::<PyFloat>() {
        Ok(Value::Real(value.extract()?))
    } else if object.is_instance_of::<PyString>() {
        Ok(Value::Text(text_key(object, field)?))
    } else if let Ok(bytes) = object.cast::<PyBytes>() {
        match u32::try_from(bytes.as_bytes().len()).unwrap_or(u32::MAX) {
            length if length > Limit::Text.most() => Err(invalid(field, Invalid::Limit(Limit::Text, length))),
            _ => Ok(Value::Bytes(bytes.as_bytes().into())),
        }
    } else if let Ok(dict) = object.cast::<PyDict>() {
        Ok(Value::Map(map_from_python(dict, field, depth + 1, values)?))
    } else if object.is_instance_of::<PyList>() || object.is_instance_of::<PyTuple>() {
        count_values(values, object.len()?, field)?;
        let items = object.try_iter()?.map(|item| value_from_python(&item?, field, depth + 1, values));
        Ok(Value::List(items.collect::<PyResult<_>>()?))
    } else {
        Err(PyTypeError::new_err(format!("{field} cannot hold a value of type {}", object.get_type().name()?)))
    }
}

fn map_to_python<'py>(py: Python<'py>, map: &Map<Value>) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    for (key, value) in &**map {
        dict.set_item(&**key, value_to_python(py, value)?)?;
    }
    Ok(dict)
}

fn value_to_python<'py>(py: Python<'py>, value: &Value) -> PyResult<Bound<'py, PyAny>> {
    match value {
        Value::Null => Ok(py.None().into_bound(py)),
        Value::Boolean(value) => value.into_bound_py_any(py),
        Value::Integer(value) => value.into_bound_py_any(py),
        Value::Real(value) => value.into_bound_py_any(py),
        Value::Text(text) => text.into_bound_py_any(py),
        Value::Bytes(bytes) => PyBytes::new(py, bytes).into_bound_py_any(py),
        Value::List(items) => {
            let items = items.iter().map(|item| value_to_python(py, item)).collect::<PyResult<Vec<_>>>()?;
            PyList::new(py, items)?.into_bound_py_any(py)
        }
        Value::Map(map) => map_to_python(py, map)?.into_bound_py_any(py),
    }
}

/// What a message object encodes to.
#[derive(PartialEq)]
enum Encodes {
    One(Message),
    Writes(message::Writes),
}

/// One message of a conversation. Frozen; equal if class and fields are.
#[pyclass(frozen, subclass, name = "Message", module = "igloo_wire")]
pub struct PyMessage(Encodes);

impl PyMessage {
    fn encode(&self, writer: &mut Writer) -> PyResult<()> {
        match &self.0 {
            Encodes::One(message) => {
                let begin = writer.len();
                message.encode(writer);
                let length = writer.len() - begin - 4;
                if length > MAX_FRAME as usize {
                    let sentence = format!("the message takes {length} bytes, at most {MAX_FRAME} are allowed");
                    return Err(raised::InvalidValue::new_err(sentence));
                }
            }
            Encodes::Writes(run) => run.encode(writer),
        }
        Ok(())
    }
}

#[pymethods]
impl PyMessage {
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

/// Declares the class of a message; the struct with the same fields is in message.rs.
macro_rules! message {
    ($(#[$doc:meta])* $name:ident { $($field:ident: $type:ty $(= $default:expr)?),* $(,)? } $($more:item)*) => {
        $(#[$doc])*
        #[pyclass(frozen, extends = PyMessage, module = "igloo_wire")]
        pub struct $name { $(#[pyo3(get)] $field: <$type as Crossing>::Output),* }
        fields!($name: $($field),*);
        impl $name {
            #[allow(unused_variables, reason = "a message without fields has nothing to convert")]
            fn build(py: Python<'_>, message: message::$name) -> PyResult<PyClassInitializer<Self>> {
                let object = Self { $($field: message.$field.to_python(py)?),* };
                Ok(PyClassInitializer::from(PyMessage(Encodes::One(message.into()))).add_subclass(object))
            }
        }
        #[pymethods]
        impl $name {
            #[new]
            #[pyo3(signature = ($($field $(= $default)?),*))]
            #[allow(clippy::too_many_arguments, reason = "as many as the message has fields")]
            fn new(py: Python<'_>, $($field: <$type as Crossing>::Input<'_>),*) -> PyResult<PyClassInitializer<Self>> {
                Self::build(py, message::$name {
                    $($field: Crossing::from_python(py, concat!(stringify!($name), ".", stringify!($field)), $field)?),*
                })
            }
            #[classattr]
            const __match_args__: MatchArgs<$name> = MatchArgs::NEW;
            $($more)*
        }
    };
}

class! { open_enum Role, message::Role, "What a program is in the conversation.", HUB = 0, PROVIDER = 1, CLIENT = 2 }
class! { open_enum RejectCode, message::RejectCode, "Why a hello is rejected.",
UNSUPPORTED_PROTOCOL = 0, WRONG_ROLE = 1, SCHEMA_FORK = 2, NOT_EXPECTED = 3, OTHER = 4 }
class! { open_enum Health, message::Health, "How a provider is doing.", OK = 0, DEGRADED = 1 }
class! { open_enum WriteOutcome, message::WriteOutcome, "How a write request ended.", CONFIRMED = 0, SENT = 1, REFUSED = 2 }
class! { open_enum LogLevel, message::LogLevel, "How much a log line matters.", DEBUG = 0, INFO = 1, WARNING = 2, ERROR = 3 }
class! { open_enum RefusalCode, message::RefusalCode, "Why a message, or a part of it, was not taken.",
UNKNOWN_DEVICE = 0, UNKNOWN_ENTITY = 1, UNKNOWN_COMPONENT = 2, WRONG_VALUE = 3, DUPLICATE_KEY = 4, NOT_DECLARED = 5,
LIMIT = 6, WRONG_STATE = 7 }

message! {
    /// The first message of each side. `highest_message` is of the direction that the sender receives.
    Hello {
        role: message::Role, schema_revision: u32, highest_component: u16, highest_message: u32, schema_hash: u64,
        max_frame: u32, program: Key, program_version: Name, sdk: Name, sdk_version: Name, features: u64 = 0,
    }
}
message! {
    /// The last message to a side whose hello is not accepted.
    HelloReject { code: message::RejectCode, reason: Text }
}
message! {
    /// The provider has registered what it knows at the start.
    Ready {}
}
message! {
    /// A device. The same key is the same device, for ever; the number is the provider's, 0, 1, 2 … in this connection.
    CreateDevice { device: u32, key: Key, name: Name }
}
message! {
    /// An entity of a device, with everything that is known of it at the start.
    RegisterEntity { device: u32, entity: u16, key: Key, name: Name, components: Components }
    /// Components that were received and not taken.
    #[getter]
    fn refused(slf: &Bound<'_, Self>) -> PyResult<TupleOf<RefusedValue>> {
        match &slf.as_super().get().0 {
            Encodes::One(Message::RegisterEntity(message)) => refused_tuple(slf.py(), message.components.refused.iter()),
            _ => unreachable!("a class wraps only its own message"),
        }
    }
}
message! {
    /// New values of one entity, to be encoded. The decoder gives these as `Writes`.
    WriteComponents { device: u32, entity: u16, components: Components }
}
message! {
    /// The device is gone for good.
    RemoveDevice { device: u32 }
}
message! {
    /// The entity is gone for good.
    RemoveEntity { device: u32, entity: u16 }
}
message! {
    /// Whether a device can be reached, and if not, why.
    DeviceStatus { device: u32, online: bool, reason: Text = Sentence::default() }
}
message! {
    /// How the provider as a whole is doing.
    ProviderStatus { health: message::Health, reason: Text = Sentence::default() }
}
message! {
    /// How a write request ended.
    WriteResult { request: u64, outcome: message::WriteOutcome, reason: Text = Sentence::default() }
}
message! {
    /// A line for the log. Control characters become U+FFFD, what is longer than MAX_TEXT is cut.
    Log { level: message::LogLevel, text: Text }
}
message! {
    /// The answer to a ping.
    Pong { nonce: u64 }
}
message! {
    /// What the provider needs to begin.
    Configure { instance: Key, data_dir: Box<str>, config: Map<Value>, secrets: Map<Box<str>> }
    fn __repr__(slf: &Bound<'_, Self>) -> PyResult<String> {
        // Neither secrets nor what an owner wrote beside them may reach a log.
        let instance = slf.get().instance.bind(slf.py()).repr()?;
        Ok(format!("Configure(instance={instance}, config and secrets hidden)"))
    }
}
message! {
    /// The device is known to the hub by this permanent id; name that the owner gave, "" if none.
    DeviceCreated { device: u32, id: u64, name: Name = "" }
}
message! {
    /// What the hub wants an entity to do. The components belong together. `deadline` is in milliseconds of this
    /// machine's CLOCK_MONOTONIC (1000 * time.monotonic()); from then on it must not be carried out. 0: no deadline.
    WriteRequest { request: u64, deadline: u64, device: u32, entity: u16, components: Components }
    /// Components that were received and not taken.
    #[getter]
    fn refused(slf: &Bound<'_, Self>) -> PyResult<TupleOf<RefusedValue>> {
        match &slf.as_super().get().0 {
            Encodes::One(Message::WriteRequest(message)) => refused_tuple(slf.py(), message.components.refused.iter()),
            _ => unreachable!("a class wraps only its own message"),
        }
    }
}
message! {
    /// A message, or a part of it, was not taken. `message` is its id.
    Refused {
        message: u32, device: Option<u32>, entity: Option<u16>, component: Option<u16>, code: message::RefusalCode,
        reason: Text = Sentence::default(),
    }
}
message! {
    /// A question whether the provider's loop is alive.
    Ping { nonce: u64 }
}
message! {
    /// End now; end of file follows.
    Stop { reason: Text = Sentence::default() }
}

/// A run of writes as it was received. The rows stay in Rust until they are looked at; all were checked.
#[pyclass(frozen, extends = PyMessage, module = "igloo_wire")]
pub struct Writes {}
fields!(Writes:);

impl Writes {
    fn build(py: Python<'_>, writes: message::Writes) -> PyResult<Py<PyMessage>> {
        let base = PyClassInitializer::from(PyMessage(Encodes::Writes(writes)));
        Ok(Bound::new(py, base.add_subclass(Self {}))?.into_super().unbind())
    }
    fn held<'a>(slf: &'a Bound<'_, Self>) -> &'a message::Writes {
        match &slf.as_super().get().0 {
            Encodes::Writes(writes) => writes,
            Encodes::One(_) => unreachable!("a class wraps only its own message"),
        }
    }
}

#[pymethods]
impl Writes {
    fn __len__(slf: &Bound<'_, Self>) -> usize {
        Self::held(slf).rows()
    }
    fn __iter__(slf: Bound<'_, Self>) -> WritesIterator {
        WritesIterator { writes: slf.unbind(), place: message::Place::default() }
    }
    /// The frames again, without what was refused.
    fn encode<'py>(slf: &Bound<'py, Self>) -> Bound<'py, PyBytes> {
        let mut writer = Writer::default();
        Self::held(slf).encode(&mut writer);
        PyBytes::new(slf.py(), &writer.into_bytes())
    }
    /// Rows whose value breaks the schema. They are not among the rows.
    #[getter]
    fn refused(slf: &Bound<'_, Self>) -> PyResult<TupleOf<RefusedValue>> {
        refused_tuple(slf.py(), Self::held(slf).refused().iter())
    }
    #[classattr]
    const __match_args__: MatchArgs<Writes> = MatchArgs::NEW;
    fn __repr__(slf: &Bound<'_, Self>) -> String {
        format!("<Writes of {} rows>", Self::held(slf).rows())
    }
}

/// Gives the rows of a `Writes` one by one.
#[pyclass(module = "igloo_wire")]
pub struct WritesIterator {
    writes: Py<Writes>,
    place: message::Place,
}

#[pymethods]
impl WritesIterator {
    fn __iter__(slf: PyRef<'_, Self>) -> PyRef<'_, Self> {
        slf
    }
    fn __next__<'py>(&mut self, py: Python<'py>) -> PyResult<Option<(u32, u16, Bound<'py, PyComponent>)>> {
        let row = Writes::held(self.writes.bind(py)).next_row(&mut self.place);
        row.map(|(device, entity, component)| Ok((device, entity, to_python(py, component)?))).transpose()
    }
}

/// Which way messages go on a connection between hub and provider.
#[pyclass(frozen, eq, hash, module = "igloo_wire")]
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub enum Direction {
    /// What a provider sends.
    #[pyo3(name = "PROVIDER_TO_HUB")]
    ProviderToHub,
    /// What the hub sends to a provider.
    #[pyo3(name = "HUB_TO_PROVIDER")]
    HubToProvider,
}

impl From<Direction> for message::Direction {
    fn from(direction: Direction) -> Self {
        match direction {
            Direction::ProviderToHub => Self::ProviderToHub,
            Direction::HubToProvider => Self::HubToProvider,
        }
    }
}

#[pymethods]
impl Direction {
    /// Highest message id that is known in this direction.
    #[getter]
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "a method for Python")]
    fn highest_message(&self) -> u32 {
        message::Direction::from(*self).highest_message()
    }
}

/// Reads the messages of one direction of one connection. Sans-io: bytes go in, messages come out.
#[pyclass(module = "igloo_wire")]
pub struct Decoder(message::Decoder);

#[pymethods]
impl Decoder {
    #[new]
    #[pyo3(signature = (direction, *, max_frame: "int" = MAX_FRAME))]
    fn new(direction: &Bound<'_, Direction>, max_frame: u32) -> Self {
        Self(message::Decoder::new((*direction.get()).into(), max_frame))
    }
    /// Takes what was read from the peer and gives the messages that are complete now; a run of WriteComponents is
    /// one Writes.
    ///
    /// Raises a child of WireError if the stream is broken; its `messages` are those that were complete before. After
    /// that the decoder raises the same at every call.
    #[pyo3(signature = (data: "bytes | bytearray | memoryview"))]
    fn feed(&mut self, py: Python<'_>, data: &Bound<'_, PyAny>) -> PyResult<Vec<Py<PyMessage>>> {
        if let Ok(bytes) = data.cast::<PyBytes>() {
            self.0.receive_data(bytes.as_bytes());
        } else if let Ok(bytes) = data.cast::<PyByteArray>() {
            self.0.receive_data(&bytes.to_vec());
        } else {
            self.0.receive_data(&PyBuffer::<u8>::get(data)?.to_vec(py)?);
        }
        let (mut messages, mut writes) = (Vec::new(), message::Writes::default());
        loop {
            let next = self.0.next_after(&mut writes);
            if !writes.is_empty() {
                messages.push(Writes::build(py, std::mem::take(&mut writes))?);
            }
            match next {
                Ok(Some(message)) => messages.push(message_to_python(py, message)?),
                Ok(None) => return Ok(messages),
                Err(error) => return Err(wire_error(py, error, &messages)),
            }
        }
    }
    /// Bytes of an unfinished preamble or frame that are held back.
    #[getter]
    const fn pending(&self) -> usize {
        self.0.pending()
    }
    /// Frames that were stepped over because their message is newer than this program.
    #[getter]
    const fn skipped(&self) -> u64 {
        self.0.skipped()
    }
}

fn message_to_python(py: Python<'_>, message: Message) -> PyResult<Py<PyMessage>> {
    macro_rules! by_class {
        (boxed: $($boxed:ident)*; others: $($class:ident)*) => {
            match message {
                $(Message::$boxed(message) => Bound::new(py, $boxed::build(py, *message)?)?.into_super().unbind(),)*
                $(Message::$class(message) => Bound::new(py, $class::build(py, message)?)?.into_super().unbind(),)*
            }
        };
    }
    Ok(by_class! {
        boxed: Hello RegisterEntity Configure WriteRequest Refused;
        others: HelloReject Ready CreateDevice WriteComponents RemoveDevice RemoveEntity DeviceStatus ProviderStatus
            WriteResult Log Pong DeviceCreated Ping Stop
    })
}

/// One message as a frame.
#[pyfunction]
pub fn encode<'py>(py: Python<'py>, message: &Bound<'_, PyMessage>) -> PyResult<Bound<'py, PyBytes>> {
    let mut writer = Writer::default();
    message.get().encode(&mut writer)?;
    Ok(PyBytes::new(py, &writer.into_bytes()))
}

/// Many messages as frames, in one go.
#[pyfunction]
#[expect(clippy::needless_pass_by_value, reason = "an argument of a function for Python")]
pub fn encode_all<'py>(py: Python<'py>, messages: IterableOf<'_, 'py, Py<PyMessage>>) -> PyResult<Bound<'py, PyBytes>> {
    let mut writer = Writer::default();
    for message in messages.0.try_iter()? {
        message?.cast::<PyMessage>()?.get().encode(&mut writer)?;
    }
    Ok(PyBytes::new(py, &writer.into_bytes()))
}

/// Rows of (device, entity, component) as frames of WriteComponents, in one go. Neighbours of the same entity share a
/// frame.
#[pyfunction]
#[expect(clippy::needless_pass_by_value, reason = "an argument of a function for Python")]
pub fn encode_writes<'py>(
    py: Python<'py>,
    rows: IterableOf<'_, 'py, (u32, u16, Py<PyComponent>)>,
) -> PyResult<Bound<'py, PyBytes>> {
    let mut encoder = WritesEncoder::default();
    for row in rows.0.try_iter()? {
        let row = row?;
        let row = row.cast::<PyTuple>()?;
        if row.len() != 3 {
            return Err(PyTypeError::new_err("a row is (device, entity, component)"));
        }
        let component = row.get_borrowed_item(2)?;
        let component = &component.cast::<PyComponent>()?.get().0;
        encoder.push(row.get_borrowed_item(0)?.extract()?, row.get_borrowed_item(1)?.extract()?, component);
    }
    Ok(PyBytes::new(py, &encoder.into_bytes()))
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
