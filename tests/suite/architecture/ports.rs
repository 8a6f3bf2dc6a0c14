//! What the ports of the domain take.

use anyhow::{Context, Result};
use syn::{FnArg, Item, ItemTrait, Pat, TraitItem, TraitItemFn, Type};

use super::document::points;
use super::repository::{File, read, sources};

const DOMAIN: &str = "crates/patchbay-domain/src/";

/// The lists of the ports that take no scope.
const EXEMPT: [&str; 2] = ["### Operator ports", "### Provider ports"];

/// Which calls of a port take no scope, and which of the ports that need not are none.
fn unscoped_calls(sources: &[File], document: &str) -> Result<Vec<String>> {
    let exempt: Vec<_> = EXEMPT.iter().flat_map(|heading| points(document, heading)).collect();
    let mut unused = exempt.clone();
    let mut violations = Vec::new();
    for source in sources {
        let file = syn::parse_file(&source.text).with_context(|| source.path.clone())?;
        for port in traits(&file.items) {
            let name = port.ident.to_string();
            unused.retain(|listed| *listed != name);
            if exempt.contains(&name.as_str()) {
                continue;
            }
            let unscoped = calls(port).filter(|call| call.sig.asyncness.is_some() && !takes_scope(call));
            violations.extend(
                unscoped.map(|call| format!("{}: {name}::{} takes no scope", source.path, call.sig.ident)),
            );
        }
    }
    violations.extend(unused.iter().map(|listed| format!("{listed} is listed as a port and no trait")));
    Ok(violations)
}

fn traits<'a>(items: &'a [Item]) -> Vec<&'a ItemTrait> {
    let inside = |item: &'a Item| match item {
        Item::Trait(port) => vec![port],
        Item::Mod(module) => module.content.as_ref().map_or_else(Vec::new, |(_, items)| traits(items)),
        _ => Vec::new(),
    };
    items.iter().flat_map(inside).collect()
}

fn calls(port: &ItemTrait) -> impl Iterator<Item = &TraitItemFn> {
    port.items.iter().filter_map(|item| match item {
        TraitItem::Fn(call) => Some(call),
        _ => None,
    })
}

/// Whether the first argument after `self` is `scope: &Scope`.
fn takes_scope(call: &TraitItemFn) -> bool {
    let first = call.sig.inputs.iter().find_map(|input| match input {
        FnArg::Typed(argument) => Some(argument),
        FnArg::Receiver(_) => None,
    });
    let Some(first) = first else { return false };
    let named = matches!(&*first.pat, Pat::Ident(name) if name.ident == "scope");
    let typed = matches!(&*first.ty, Type::Reference(reference)
        if reference.mutability.is_none()
            && matches!(&*reference.elem, Type::Path(path) if path.path.is_ident("Scope")));
    named && typed
}

#[test]
fn every_call_of_a_port_takes_the_scope_that_it_may_see_first() -> Result<()> {
    let mut sources = sources()?;
    sources.retain(|source| source.path.starts_with(DOMAIN));
    assert_eq!(unscoped_calls(&sources, &read("ARCHITECTURE.md")?.text)?, [""; 0]);
    Ok(())
}

#[test]
fn a_port_that_takes_no_scope_would_be_found() -> Result<()> {
    let planted = File::new(
        "x.rs",
        "#[async_trait] pub trait Things {
            fn name(&self) -> String;
            async fn fine(&self, scope: &Scope, id: Id) -> Id;
            async fn none(&self) -> Id;
            async fn later(&self, id: Id, scope: &Scope) -> Id;
            async fn owned(&self, scope: Scope) -> Id;
            async fn renamed(&self, _scope: &Scope) -> Id;
            async fn changed(&self, scope: &mut Scope) -> Id;
        }
        mod inner { trait Others { async fn inside(&self); } }
        trait Operators { async fn everything(&self); }
        trait Providers { async fn elsewhere(&self); }",
    );
    let document = "### Operator ports\n\n- `Operators`: because\n- `Gone`: because\n\
                    ### Provider ports\n\n- `Providers`: because\n- `Away`: because\n\n### Others\n- `Others`: no\n";
    let found = unscoped_calls(&[planted], document)?;
    let calls = ["Things::none", "Things::later", "Things::owned", "Things::renamed", "Things::changed"];
    let mut expected: Vec<_> = calls.map(|call| format!("x.rs: {call} takes no scope")).into();
    expected.push("x.rs: Others::inside takes no scope".to_owned());
    expected.push("Gone is listed as a port and no trait".to_owned());
    expected.push("Away is listed as a port and no trait".to_owned());
    assert_eq!(found, expected);
    Ok(())
}
