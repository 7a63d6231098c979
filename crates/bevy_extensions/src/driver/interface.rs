//! What an interface is: plain data.

use std::fmt;

use serde_json::Value;

use crate::signature::{Signature, Type};

/// A named set of methods, which drivers implement.
///
/// Declare it with [`interface`](crate::ExtensionScope::interface). Several extensions may declare the same one, alike.
///
/// ```
/// use bevy_extensions::{Interface, Method, Type};
///
/// let sms = Interface::new("sms").method(
///     Method::new("send")
///         .required("to", Type::String)
///         .optional("urgent", Type::Bool)
///         .with_default("retries", Type::Integer, 3)
///         .returns(Type::Integer),
/// );
/// assert_eq!(sms.to_string(), "sms { send(to: string, urgent?: bool, retries: integer = 3) -> integer }");
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Interface {
    name: String,
    methods: Vec<Method>,
}

impl Interface {
    /// Creates an interface without methods. Its name is a letter, then letters, digits, `-`, `_` and `.`.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), methods: Vec::new() }
    }

    /// Adds a method. One of the same name takes the place of the earlier.
    pub fn method(mut self, method: Method) -> Self {
        match self.methods.iter_mut().find(|other| other.name == method.name) {
            Some(earlier) => *earlier = method,
            None => self.methods.push(method),
        }
        self
    }

    /// Returns its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns its methods, in the order in which they were added.
    pub fn methods(&self) -> &[Method] {
        &self.methods
    }
}

impl fmt::Display for Interface {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let methods: Vec<_> = self.methods.iter().map(ToString::to_string).collect();
        match methods.as_slice() {
            [] => write!(f, "{} {{}}", self.name),
            methods => write!(f, "{} {{ {} }}", self.name, methods.join("; ")),
        }
    }
}

/// A method of an [`Interface`].
#[derive(Debug, Clone, PartialEq)]
pub struct Method {
    name: String,
    signature: Signature,
}

impl Method {
    /// Creates a method that takes nothing and does not say what it returns.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), signature: Signature::new() }
    }

    /// Adds a parameter that has to be given.
    pub fn required(self, name: impl Into<String>, kind: Type) -> Self {
        self.map(|signature| signature.required(name, kind))
    }

    /// Adds a parameter that may be left out.
    pub fn optional(self, name: impl Into<String>, kind: Type) -> Self {
        self.map(|signature| signature.optional(name, kind))
    }

    /// Adds a parameter that is `default` if it is left out.
    pub fn with_default(self, name: impl Into<String>, kind: Type, default: impl Into<Value>) -> Self {
        self.map(|signature| signature.with_default(name, kind, default))
    }

    /// Says what the answer is.
    pub fn returns(self, kind: Type) -> Self {
        self.map(|signature| signature.returns(kind))
    }

    /// Returns its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns what it takes and returns.
    pub fn signature(&self) -> &Signature {
        &self.signature
    }

    fn map(self, change: impl FnOnce(Signature) -> Signature) -> Self {
        Self { signature: change(self.signature), ..self }
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.name, self.signature)
    }
}
