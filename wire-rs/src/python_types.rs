//! What components and messages share on their way to Python: typed tuples and iterables, values that exist once, open
//! enums, errors. Knows no class but `OpenEnum`, and nothing of bytes.

use crate::error::Invalid;
use pyo3::exceptions::{PyOverflowError, PyTypeError, PyUnicodeEncodeError};
use pyo3::prelude::*;
use pyo3::types::{PyByteArray, PyBytes, PyString, PyTuple, PyType};
use pyo3::{IntoPyObjectExt, PyTypeInfo};
use std::convert::Infallible;
use std::marker::PhantomData;

#[cfg(feature = "stubs")]
use pyo3::inspect::{PyStaticConstant, PyStaticExpr};
#[cfg(feature = "stubs")]
use pyo3::{type_hint_identifier, type_hint_subscript};

/// The exceptions are written in Python, so that they are typed and documented like any other.
pub(crate) mod raised {
    pyo3::import_exception!(igloo_wire.errors, PreambleError);
    pyo3::import_exception!(igloo_wire.errors, FrameTooLarge);
    pyo3::import_exception!(igloo_wire.errors, MalformedFrame);
    pyo3::import_exception!(igloo_wire.errors, LimitExceeded);
    pyo3::import_exception!(igloo_wire.errors, InvalidValue);
}

pub(crate) fn invalid(what: &str, why: Invalid) -> PyErr {
    raised::InvalidValue::new_err(format!("{what} {why}"))
}

/// Names of the positional arguments of a class, for `match` and for `repr`.
pub(crate) trait Fields {
    const FIELDS: &'static [&'static str];
    #[cfg(feature = "stubs")]
    const HINT: PyStaticExpr;
}

macro_rules! fields {
    ($class:ty: $($field:ident),*) => {
        impl $crate::python_types::Fields for $class {
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

/// A number that may be larger than its field. Taken all the same, so that the error can name the field.
pub(crate) struct Number<T>(Option<T>);

impl<T> Number<T> {
    pub(crate) const fn new(number: T) -> Self {
        Self(Some(number))
    }
}

macro_rules! numbers {
    ($($type:ty),*) => {$(
        impl<'a, 'py> FromPyObject<'a, 'py> for Number<$type> {
            type Error = PyErr;
            #[cfg(feature = "stubs")]
            const INPUT_TYPE: PyStaticExpr = <$type as FromPyObject<'a, 'py>>::INPUT_TYPE;
            #[inline]
            fn extract(object: Borrowed<'a, 'py, PyAny>) -> PyResult<Self> {
                match object.extract::<$type>() {
                    Ok(number) => Ok(Self(Some(number))),
                    Err(error) if error.is_instance_of::<PyOverflowError>(object.py()) => Ok(Self(None)),
                    Err(error) => Err(error),
                }
            }
        }
        impl Number<$type> {
            /// The number, or InvalidValue.
            #[inline]
            pub(crate) fn fitting(self, what: &str) -> PyResult<$type> {
                self.0.ok_or_else(|| {
                    let (least, most) = (<$type>::MIN, <$type>::MAX);
                    raised::InvalidValue::new_err(format!("{what} is not between {least:?} and {most:?}"))
                })
            }
        }
    )*};
}
numbers!(u16, u32, u64, i64, f64);

/// A text that may hold half of a surrogate pair, for which UTF-8 has no form. Taken all the same, as `Number` is.
pub(crate) struct Letters(Option<Box<str>>);

impl Default for Letters {
    fn default() -> Self {
        Self(Some(Box::default()))
    }
}

impl Letters {
    /// The text, or InvalidValue.
    pub(crate) fn fitting(self, what: &str) -> PyResult<Box<str>> {
        let sentence = "holds half of a surrogate pair, which is not allowed there";
        self.0.ok_or_else(|| raised::InvalidValue::new_err(format!("{what} {sentence}")))
    }
}

impl<'a, 'py> FromPyObject<'a, 'py> for Letters {
    type Error = PyErr;
    #[cfg(feature = "stubs")]
    const INPUT_TYPE: PyStaticExpr = PyString::TYPE_HINT;
    fn extract(object: Borrowed<'a, 'py, PyAny>) -> PyResult<Self> {
        match object.cast::<PyString>()?.to_str() {
            Ok(text) => Ok(Self(Some(text.into()))),
            Err(error) if error.is_instance_of::<PyUnicodeEncodeError>(object.py()) => Ok(Self(None)),
            Err(error) => Err(error),
        }
    }
}

/// Any iterable of `T`, but not a text or bytes, which would fall into letters or numbers.
pub(crate) struct Each<T>(pub(crate) Vec<T>);

impl<T> Default for Each<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'a, 'py, T: FromPyObjectOwned<'py>> FromPyObject<'a, 'py> for Each<T> {
    type Error = PyErr;
    #[cfg(feature = "stubs")]
    const INPUT_TYPE: PyStaticExpr =
        type_hint_subscript!(type_hint_identifier!("collections.abc", "Iterable"), T::INPUT_TYPE);
    fn extract(object: Borrowed<'a, 'py, PyAny>) -> PyResult<Self> {
        if object.is_instance_of::<PyString>()
            || object.is_instance_of::<PyBytes>()
            || object.is_instance_of::<PyByteArray>()
        {
            return Err(PyTypeError::new_err("expected several values in a list or tuple, not one text or bytes"));
        }
        let items = object.try_iter()?.map(|item| item?.extract::<T>().map_err(Into::into));
        items.collect::<PyResult<_>>().map(Self)
    }
}

/// Any iterable of `T`, looked through by the function that takes it.
pub struct IterableOf<'a, 'py, T>(pub(crate) Borrowed<'a, 'py, PyAny>, PhantomData<T>);

impl<'a, 'py, T: FromPyObjectOwned<'py>> FromPyObject<'a, 'py> for IterableOf<'a, 'py, T> {
    type Error = Infallible;
    #[cfg(feature = "stubs")]
    const INPUT_TYPE: PyStaticExpr = Each::<T>::INPUT_TYPE;
    fn extract(object: Borrowed<'a, 'py, PyAny>) -> Result<Self, Infallible> {
        Ok(Self(object, PhantomData))
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
pub(crate) fn repr_of(object: &Bound<'_, PyAny>) -> PyResult<String> {
    repr_but(object, "", |_| unreachable!("no field is called nothing"))
}

/// The same with one field shown in another way.
pub(crate) fn repr_but(
    object: &Bound<'_, PyAny>,
    other: &str,
    shown: impl Fn(&Bound<'_, PyAny>) -> PyResult<String>,
) -> PyResult<String> {
    let class = object.get_type();
    let mut parts = Vec::new();
    for field in class.getattr("__match_args__")?.try_iter()? {
        let field = field?;
        let value = object.getattr(field.cast::<PyString>()?)?;
        let text = if field.eq(other)? { shown(&value)? } else { value.repr()?.to_string() };
        parts.push((field, text));
    }
    let named = parts.len() > 1;
    let parts = parts.iter().map(|(field, value)| if named { format!("{field}={value}") } else { value.clone() });
    Ok(format!("{}({})", class.name()?, parts.collect::<Vec<_>>().join(", ")))
}

/// The hash of the class's name and the fields, so that equal objects have equal ones.
pub(crate) fn hash_of(object: &Bound<'_, PyAny>) -> PyResult<isize> {
    let class = object.get_type();
    let mut parts = vec![class.name()?.into_any()];
    for field in class.getattr("__match_args__")?.try_iter()? {
        parts.push(object.getattr(field?.cast::<PyString>()?)?);
    }
    PyTuple::new(object.py(), parts)?.hash()
}

pub(crate) fn variant_name(names: &[&str], number: u32) -> String {
    names.get(number as usize).map_or_else(|| format!("unknown:{number}"), |name| (*name).to_owned())
}

/// What `pickle` keeps: the class, and what to call it with.
pub(crate) fn reduced<'py>(object: &Bound<'py, PyAny>) -> PyResult<(Bound<'py, PyType>, Bound<'py, PyTuple>)> {
    let class = object.get_type();
    let fields = class.getattr("__match_args__")?.try_iter()?.map(|field| object.getattr(field?.cast::<PyString>()?));
    let values = fields.collect::<PyResult<Vec<_>>>()?;
    Ok((class, PyTuple::new(object.py(), values)?))
}

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
    fn __copy__(slf: Bound<'_, Self>) -> Bound<'_, Self> {
        slf
    }
    #[pyo3(signature = (memo: "object"))]
    #[expect(unused_variables, reason = "what is its own copy needs no memory of copies")]
    fn __deepcopy__<'py>(slf: Bound<'py, Self>, memo: &Bound<'_, PyAny>) -> Bound<'py, Self> {
        slf
    }
    #[pyo3(signature = () -> "tuple[type[OpenEnum], tuple[object, ...]]")]
    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<(Bound<'py, PyType>, Bound<'py, PyTuple>)> {
        reduced(slf)
    }
    fn __repr__(slf: &Bound<'_, Self>) -> PyResult<String> {
        let (class, number) = (slf.get_type(), slf.get().number);
        Ok(match slf.get().names.get(number as usize) {
            Some(name) => format!("{}.{name}", class.name()?),
            None => format!("{}({number})", class.name()?),
        })
    }
}

pub(crate) fn tuple_of<'py, T, I: IntoPyObject<'py>>(
    py: Python<'py>,
    items: impl Iterator<Item = I>,
) -> PyResult<TupleOf<T>> {
    TupleOf::new(py, items.map(|item| item.into_bound_py_any(py)).collect::<PyResult<_>>()?)
}

/// How the field of a message crosses.
pub(crate) trait Crossing: Sized {
    type Input<'a>;
    type Output;
    fn from_python(py: Python<'_>, field: &str, value: Self::Input<'_>) -> PyResult<Self>;
    fn to_python(&self, py: Python<'_>) -> PyResult<Self::Output>;
}
