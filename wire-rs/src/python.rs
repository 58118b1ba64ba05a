//! Where Rust meets Python: messages as Python classes, the decoder, and the functions of `igloo_wire._wire`. Knows
//! nothing of bytes; components are in `python_components.rs`.
//!
//! Every message is a small class on top of `Message`. The base holds the Rust value, which is what is encoded and
//! compared; the class on top holds the same as Python objects, which is what is read.

#![allow(non_upper_case_globals, reason = "__match_args__ is Python's name")]

use crate::codec::{OutOfMemory, Wire, Writer};
use crate::component::Components;
use crate::error::{Fault, Invalid, Limit, WireError};
use crate::frame::MAX_FRAME;
use crate::generated::Component;
use crate::generated_python::to_python;
use crate::message::{
    self, CustomParameters, CustomValues, Key, Map, Message, Name, Packed, Text, Value, WritesEncoder,
};
use crate::python_components::{PyComponent, RefusedValue, class, refused_tuple};
use crate::python_types::{
    Crossing, Each, IterableOf, Letters, MatchArgs, Number, TupleOf, fields, hash_of, invalid, raised, repr_but,
    repr_of, tuple_of,
};
use pyo3::IntoPyObjectExt;
use pyo3::buffer::PyBuffer;
use pyo3::exceptions::{PyMemoryError, PyTypeError};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyBytes, PyDict, PyFloat, PyInt, PyList, PyString, PyTuple};
use std::convert::Infallible;
use std::marker::PhantomData;

#[cfg(feature = "stubs")]
use pyo3::PyTypeInfo;
#[cfg(feature = "stubs")]
use pyo3::inspect::PyStaticExpr;
#[cfg(feature = "stubs")]
use pyo3::{type_hint_identifier, type_hint_subscript};

fn wire_error(py: Python<'_>, error: WireError, messages: &[Py<PyMessage>]) -> PyErr {
    let messages = match PyTuple::new(py, messages) {
        Ok(messages) => messages.unbind(),
        Err(error) => return error,
    };
    let arguments = (error.to_string(), messages);
    match error {
        WireError::NotIgloo(_) | WireError::Protocol(_) => raised::PreambleError::new_err(arguments),
        WireError::FrameTooLarge { .. } => raised::FrameTooLarge::new_err(arguments),
        WireError::Malformed { fault: Fault::Limit(..), .. } => raised::LimitExceeded::new_err(arguments),
        WireError::OutOfMemory => PyMemoryError::new_err(()),
        WireError::EmptyFrame | WireError::Malformed { .. } => raised::MalformedFrame::new_err(arguments),
    }
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
crosses_as_itself!(bool);

macro_rules! crosses_as_number {
    ($($type:ty: $input:ty = |$field:ident, $number:ident| $make:expr;)*) => {$(
        impl Crossing for $type {
            type Input<'a> = $input;
            type Output = Self;
            fn from_python(_: Python<'_>, $field: &str, $number: $input) -> PyResult<Self> {
                $make
            }
            fn to_python(&self, _: Python<'_>) -> PyResult<Self> {
                Ok(*self)
            }
        }
    )*};
}
crosses_as_number! {
    u16: Number<u16> = |field, number| number.fitting(field);
    u32: Number<u32> = |field, number| number.fitting(field);
    u64: Number<u64> = |field, number| number.fitting(field);
    Option<u16>: Option<Number<u16>> = |field, number| number.map(|number| number.fitting(field)).transpose();
    Option<u32>: Option<Number<u32>> = |field, number| number.map(|number| number.fitting(field)).transpose();
}

macro_rules! crosses_as_text {
    ($($type:ty: |$text:ident| $make:expr;)*) => {$(
        impl Crossing for $type {
            type Input<'a> = Letters;
            type Output = Py<PyString>;
            fn from_python(_: Python<'_>, field: &str, text: Letters) -> PyResult<Self> {
                let $text = text.fitting(field)?;
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
    Key: |text| Key::new(&text);
    Name: |text| Name::new(&text);
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

fn bounded(text: Box<str>) -> Result<Box<str>, Invalid> {
    match u32::try_from(text.len()).unwrap_or(u32::MAX) {
        length if length > Limit::Text.most() => Err(Invalid::Limit(Limit::Text, length)),
        _ => Ok(text),
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

/// What Python builds anew each time it reads it, so that what somebody does to it changes no message.
pub(crate) struct New<T>(T);

pub(crate) trait Built {
    #[cfg(feature = "stubs")]
    const HINT: PyStaticExpr;
    fn built<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>>;
}

impl<'py, T: Built> IntoPyObject<'py> for &New<T> {
    type Target = PyAny;
    type Output = Bound<'py, PyAny>;
    type Error = PyErr;
    #[cfg(feature = "stubs")]
    const OUTPUT_TYPE: PyStaticExpr = T::HINT;
    fn into_pyobject(self, py: Python<'py>) -> PyResult<Self::Output> {
        self.0.built(py)
    }
}

fn unpacked<T: Wire>(packed: &Packed<T>) -> PyResult<T> {
    packed.unpack().map_err(|OutOfMemory| PyMemoryError::new_err(()))
}

fn packed<T: Wire>(field: &str, value: &T) -> PyResult<Packed<T>> {
    Packed::new(value).map_err(|fault| match fault {
        Fault::OutOfMemory => PyMemoryError::new_err(()),
        _ => raised::InvalidValue::new_err(format!("{field}: {fault}")),
    })
}

#[cfg(feature = "stubs")]
const ANY: PyStaticExpr = type_hint_identifier!("typing", "Any");
#[cfg(feature = "stubs")]
const STR: PyStaticExpr = type_hint_identifier!("builtins", "str");
#[cfg(feature = "stubs")]
const DICT: PyStaticExpr = type_hint_identifier!("builtins", "dict");

impl Built for Packed<Map<Value>> {
    #[cfg(feature = "stubs")]
    const HINT: PyStaticExpr = type_hint_subscript!(DICT, STR, ANY);
    fn built<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        Ok(map_to_python(py, &unpacked(self)?)?.into_any())
    }
}
impl Built for Packed<CustomValues> {
    #[cfg(feature = "stubs")]
    const HINT: PyStaticExpr = type_hint_subscript!(DICT, STR, ANY);
    fn built<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        Ok(map_to_python(py, &*unpacked(self)?)?.into_any())
    }
}
impl Built for Packed<Value> {
    #[cfg(feature = "stubs")]
    const HINT: PyStaticExpr = ANY;
    fn built<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        value_to_python(py, &unpacked(self)?)
    }
}
impl Built for Map<Box<str>> {
    #[cfg(feature = "stubs")]
    const HINT: PyStaticExpr = type_hint_subscript!(DICT, STR, STR);
    fn built<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let dict = PyDict::new(py);
        self.iter().try_for_each(|(key, text)| dict.set_item(&**key, &**text))?;
        Ok(dict.into_any())
    }
}

/// A dict as it is given.
pub(crate) struct DictFor<T>(Py<PyDict>, PhantomData<fn() -> T>);

impl<'a, 'py, T: Built> FromPyObject<'a, 'py> for DictFor<T> {
    type Error = PyErr;
    #[cfg(feature = "stubs")]
    const INPUT_TYPE: PyStaticExpr = T::HINT;
    fn extract(object: Borrowed<'a, 'py, PyAny>) -> PyResult<Self> {
        Ok(Self(object.cast::<PyDict>()?.to_owned().unbind(), PhantomData))
    }
}

/// A value as it is given: whatever Python has for it, or nothing.
#[derive(Default)]
pub(crate) struct Anything(Option<Py<PyAny>>);

impl<'a, 'py> FromPyObject<'a, 'py> for Anything {
    type Error = Infallible;
    #[cfg(feature = "stubs")]
    const INPUT_TYPE: PyStaticExpr = ANY;
    fn extract(object: Borrowed<'a, 'py, PyAny>) -> Result<Self, Infallible> {
        Ok(Self(Some(object.to_owned().unbind())))
    }
}

macro_rules! crosses_as_new {
    ($($type:ty: $input:ty = |$py:ident, $field:ident, $value:ident| $make:expr;)*) => {$(
        impl Crossing for $type {
            type Input<'a> = $input;
            type Output = New<Self>;
            fn from_python($py: Python<'_>, $field: &str, $value: $input) -> PyResult<Self> {
                $make
            }
            fn to_python(&self, _: Python<'_>) -> PyResult<New<Self>> {
                Ok(New(self.clone()))
            }
        }
    )*};
}
crosses_as_new! {
    Packed<Map<Value>>: DictFor<Self> = |py, field, value| {
        packed(field, &map_from_python(value.0.bind(py), field, 1, &mut 0)?)
    };
    Packed<CustomValues>: DictFor<Self> = |py, field, value| {
        let values = CustomValues::new(map_from_python(value.0.bind(py), field, 1, &mut 0)?);
        packed(field, &values.map_err(|why| invalid(field, why))?)
    };
    Packed<Value>: Anything = |py, field, value| {
        packed(field, &value.0.map_or(Ok(Value::Null), |value| value_from_python(value.bind(py), field, 1, &mut 0))?)
    };
    Map<Box<str>>: DictFor<Self> = |py, field, value| {
        let pairs = value.0.bind(py).iter().map(|(key, text)| Ok((text_key(&key, field)?, text_key(&text, field)?)));
        let pairs = pairs.collect::<PyResult<Vec<_>>>()?;
        count_values(&mut 0, pairs.len(), field)?;
        Ok(Self::new(pairs))
    };
}

impl Crossing for CustomParameters {
    type Input<'a> = Each<Py<CustomParameter>>;
    type Output = TupleOf<CustomParameter>;
    fn from_python(py: Python<'_>, field: &str, value: Self::Input<'_>) -> PyResult<Self> {
        let parameters = value.0.iter().map(|parameter| parameter.bind(py).get().0.clone()).collect::<Vec<_>>();
        Self::new(parameters).map_err(|why| invalid(field, why))
    }
    fn to_python(&self, py: Python<'_>) -> PyResult<Self::Output> {
        tuple_of(py, self.iter().map(|parameter| CustomParameter(parameter.clone())))
    }
}

fn text_key(object: &Bound<'_, PyAny>, field: &str) -> PyResult<Box<str>> {
    bounded(object.extract::<Letters>()?.fitting(field)?).map_err(|why| invalid(field, why))
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
        Ok(Value::Integer(object.extract::<Number<i64>>()?.fitting(field)?))
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

fn value_to_python<'py>(py: Python<'py>, value: &Value) -> PyResult<Bound<'py, PyAny>> {
    match value {
        Value::Null => Ok(py.None().into_bound(py)),
        Value::Boolean(value) => value.into_bound_py_any(py),
        Value::Integer(value) => value.into_bound_py_any(py),
        Value::Real(value) => value.into_bound_py_any(py),
        // What may be large is built by functions that raise MemoryError; the others of PyO3 would end the process.
        Value::Text(text) => Ok(PyString::from_bytes(py, text.as_bytes())?.into_any()),
        Value::Bytes(bytes) => Ok(python_bytes(py, bytes)?.into_any()),
        Value::List(items) => {
            let list = PyList::empty(py);
            items.iter().try_for_each(|item| list.append(value_to_python(py, item)?))?;
            Ok(list.into_any())
        }
        Value::Map(map) => Ok(map_to_python(py, map)?.into_any()),
    }
}

fn map_to_python<'py>(py: Python<'py>, map: &Map<Value>) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    for (key, value) in &**map {
        dict.set_item(&**key, value_to_python(py, value)?)?;
    }
    Ok(dict)
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
    /// Whether it says of an entity that its text is a password.
    fn has_secret(&self) -> bool {
        let components = match &self.0 {
            Encodes::One(Message::RegisterEntity(message)) => &message.components,
            Encodes::One(Message::WriteComponents(message)) => &message.components,
            Encodes::One(Message::WriteRequest(message)) => &message.components,
            _ => return false,
        };
        components.valid.contains(&Component::Secret)
    }

    fn encode(&self, writer: &mut Writer) -> PyResult<()> {
        match &self.0 {
            Encodes::One(message) => {
                let begin = writer.len();
                message.encode(writer);
                let length = writer.len().saturating_sub(begin + 4); // shorter than before if memory ran out
                if length > MAX_FRAME as usize {
                    let sentence = format!("the message takes {length} bytes, at most {MAX_FRAME} are allowed");
                    return Err(raised::InvalidValue::new_err(sentence));
                }
            }
            Encodes::Writes(run) => run.encode(writer),
        }
        if writer.is_out_of_memory() { Err(PyMemoryError::new_err(())) } else { Ok(()) }
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
    fn __copy__(slf: Bound<'_, Self>) -> Bound<'_, Self> {
        slf
    }
    #[pyo3(signature = (memo: "object"))]
    #[expect(unused_variables, reason = "what is its own copy needs no memory of copies")]
    fn __deepcopy__<'py>(slf: Bound<'py, Self>, memo: &Bound<'_, PyAny>) -> Bound<'py, Self> {
        slf
    }
    fn __repr__(slf: &Bound<'_, Self>) -> PyResult<String> {
        if !slf.get().has_secret() {
            return repr_of(slf);
        }
        repr_but(slf, "components", |components| {
            let shown = components.try_iter()?.map(|component| {
                let component = component?;
                let secret = matches!(component.cast::<PyComponent>()?.get().0, Component::Text(_));
                if secret { Ok("Text(<hidden>)".to_owned()) } else { Ok(component.repr()?.to_string()) }
            });
            Ok(format!("({})", shown.collect::<PyResult<Vec<_>>>()?.join(", ")))
        })
    }
}

/// Declares the class of a message; the struct with the same fields is in message.rs.
macro_rules! message {
    (
        $(#[$doc:meta])* $name:ident $(if $check:ident)? { $($field:ident: $type:ty $(= $default:expr)?),* $(,)? }
        $($more:item)*
    ) => {
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
                let message = message::$name {
                    $($field: Crossing::from_python(py, concat!(stringify!($name), ".", stringify!($field)), $field)?),*
                };
                $(message.$check().map_err(|why| invalid(concat!(stringify!($name), ".entity"), why))?;)?
                Self::build(py, message)
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
class! { open_enum WriteOutcome, message::WriteOutcome, "How a write request or a custom command ended.",
CONFIRMED = 0, SENT = 1, REFUSED = 2 }
class! { open_enum ValueKind, message::ValueKind, "What a parameter of a custom command takes.",
ANY = 0, BOOLEAN = 1, INTEGER = 2, REAL = 3, TEXT = 4, BYTES = 5, LIST = 6, MAP = 7 }
class! { open_enum LogLevel, message::LogLevel, "How much a log line matters.", DEBUG = 0, INFO = 1, WARNING = 2, ERROR = 3 }
class! { open_enum RefusalCode, message::RefusalCode, "Why a message, or a part of it, was not taken.",
UNKNOWN_DEVICE = 0, UNKNOWN_ENTITY = 1, UNKNOWN_COMPONENT = 2, WRONG_VALUE = 3, DUPLICATE_KEY = 4, NOT_DECLARED = 5,
LIMIT = 6, WRONG_STATE = 7 }

message! {
    /// The first message of each side. `highest_message` is of the direction that the sender receives.
    Hello {
        role: message::Role, schema_revision: u32, highest_component: u16, highest_message: u32, schema_hash: u64,
        max_frame: u32, program: Key, program_version: Name, sdk: Name, sdk_version: Name, features: u64 = Number::new(0),
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
/// One parameter of a custom command: its name there, what it takes, whether the command cannot do without it, and what
/// it means to people.
#[pyclass(frozen, module = "igloo_wire")]
pub struct CustomParameter(message::CustomParameter);
fields!(CustomParameter: name, kind, required, description);

#[pymethods]
impl CustomParameter {
    #[new]
    #[pyo3(signature = (name, kind, required, description = Sentence::default()))]
    fn new(
        py: Python<'_>,
        name: Letters,
        kind: Py<ValueKind>,
        required: bool,
        description: Sentence,
    ) -> PyResult<Self> {
        Ok(Self(message::CustomParameter {
            name: Crossing::from_python(py, "CustomParameter.name", name)?,
            kind: Crossing::from_python(py, "CustomParameter.kind", kind)?,
            required,
            description: Crossing::from_python(py, "CustomParameter.description", description)?,
        }))
    }
    #[getter]
    fn name(&self) -> &str {
        &self.0.name
    }
    #[getter]
    fn kind(&self, py: Python<'_>) -> PyResult<Py<ValueKind>> {
        self.0.kind.to_python(py)
    }
    #[getter]
    const fn required(&self) -> bool {
        self.0.required
    }
    #[getter]
    fn description(&self) -> &str {
        &self.0.description
    }
    #[classattr]
    const __match_args__: MatchArgs<CustomParameter> = MatchArgs::NEW;
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
    fn __repr__(slf: &Bound<'_, Self>) -> PyResult<String> {
        repr_of(slf)
    }
}

message! {
    /// A custom command: what a provider (no device), a device (no entity) or an entity can do and no component says.
    /// The same name again in the same scope takes the place of the one before.
    RegisterCustom if check {
        name: Key, device: Option<u32>, entity: Option<u16>, description: Text = Sentence::default(),
        parameters: CustomParameters = Each::default(),
    }
}
message! {
    /// How a custom command ended, and what it gave.
    CustomResult {
        request: u64, outcome: message::WriteOutcome, reason: Text = Sentence::default(),
        result: Packed<Value> = Anything::default(),
    }
    fn __repr__(slf: &Bound<'_, Self>) -> PyResult<String> {
        // It may be a password: nobody here knows what the command is for.
        repr_but(slf, "result", |result| Ok(if result.is_none() { "None" } else { "<hidden>" }.to_owned()))
    }
}
message! {
    /// What the provider needs to begin.
    Configure { instance: Key, data_dir: Box<str>, config: Packed<Map<Value>>, secrets: Map<Box<str>> }
    fn __repr__(slf: &Bound<'_, Self>) -> PyResult<String> {
        // Neither secrets nor what an owner wrote beside them may reach a log.
        let instance = slf.get().instance.bind(slf.py()).repr()?;
        Ok(format!("Configure(instance={instance}, config and secrets hidden)"))
    }
}
message! {
    /// The device is known to the hub by this permanent id; name that the owner gave, "" if none.
    DeviceCreated { device: u32, id: u64, name: Name = Letters::default() }
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
message! {
    /// A custom command that the hub wants done, with values by the names of its parameters. `deadline` as in
    /// WriteRequest, with whose requests it shares the numbers.
    Custom if check {
        request: u64, deadline: u64, name: Key, device: Option<u32>, entity: Option<u16>,
        parameters: Packed<CustomValues>,
    }
    fn __repr__(slf: &Bound<'_, Self>) -> PyResult<String> {
        // A value may be a password: nobody here knows what the command is for.
        repr_but(slf, "parameters", |parameters| {
            let names = parameters.try_iter()?.map(|name| Ok(format!("{}: <hidden>", name?.repr()?)));
            Ok(format!("{{{}}}", names.collect::<PyResult<Vec<_>>>()?.join(", ")))
        })
    }
}
message! {
    /// The hub does not know this message of the provider's, given by its id; told once for each id.
    Unsupported { message: u32 }
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
    fn encode<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyBytes>> {
        let mut writer = Writer::default();
        Self::held(slf).encode(&mut writer);
        bytes_of(slf.py(), writer.try_into_bytes())
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
    fn __copy__(slf: Bound<'_, Self>) -> Bound<'_, Self> {
        slf
    }
    #[pyo3(signature = (memo: "object"))]
    #[expect(unused_variables, reason = "what is its own copy needs no memory of copies")]
    fn __deepcopy__<'py>(slf: Bound<'py, Self>, memo: &Bound<'_, PyAny>) -> Bound<'py, Self> {
        slf
    }
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
        } else {
            let buffer = PyBuffer::<u8>::get(data)?;
            let mut copy = Vec::new();
            copy.try_reserve_exact(buffer.item_count()).map_err(|_| PyMemoryError::new_err(()))?;
            copy.resize(buffer.item_count(), 0);
            buffer.copy_to_slice(py, &mut copy)?;
            self.0.receive_data(&copy);
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
    /// The different ids of these messages in the order in which they came first; of more than 64 the first 64.
    #[getter]
    fn skipped_ids(&self, py: Python<'_>) -> PyResult<TupleOf<PyInt>> {
        tuple_of(py, self.0.skipped_ids().iter().copied())
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
        boxed: Hello RegisterEntity RegisterCustom CustomResult Configure WriteRequest Refused Custom;
        others: HelloReject Ready CreateDevice WriteComponents RemoveDevice RemoveEntity DeviceStatus ProviderStatus
            WriteResult Log Pong DeviceCreated Ping Stop Unsupported
    })
}

fn bytes_of(py: Python<'_>, written: Result<Vec<u8>, OutOfMemory>) -> PyResult<Bound<'_, PyBytes>> {
    let Ok(written) = written else { return Err(PyMemoryError::new_err(())) };
    python_bytes(py, &written)
}

fn python_bytes<'py>(py: Python<'py>, bytes: &[u8]) -> PyResult<Bound<'py, PyBytes>> {
    PyBytes::new_with(py, bytes.len(), |copy| {
        copy.copy_from_slice(bytes);
        Ok(())
    })
}

/// One message as a frame.
#[pyfunction]
pub fn encode<'py>(py: Python<'py>, message: &Bound<'_, PyMessage>) -> PyResult<Bound<'py, PyBytes>> {
    let mut writer = Writer::default();
    message.get().encode(&mut writer)?;
    bytes_of(py, writer.try_into_bytes())
}

/// Many messages as frames, in one go.
#[pyfunction]
#[expect(clippy::needless_pass_by_value, reason = "an argument of a function for Python")]
pub fn encode_all<'py>(py: Python<'py>, messages: IterableOf<'_, 'py, Py<PyMessage>>) -> PyResult<Bound<'py, PyBytes>> {
    let mut writer = Writer::default();
    for message in messages.0.try_iter()? {
        message?.cast::<PyMessage>()?.get().encode(&mut writer)?;
    }
    bytes_of(py, writer.try_into_bytes())
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
        let device = row.get_borrowed_item(0)?.extract::<Number<u32>>()?.fitting("the device of a row")?;
        let entity = row.get_borrowed_item(1)?.extract::<Number<u16>>()?.fitting("the entity of a row")?;
        encoder.push(device, entity, component);
        if encoder.is_out_of_memory() {
            break; // the rows may have no end
        }
    }
    bytes_of(py, encoder.try_into_bytes())
}
