using OrleansUploads.Core.Deciding;

namespace OrleansUploads.Core.Messages.Archives;

/// <summary>Stores a manifest in the part store.</summary>
/// <param name="Manifest">The extents of the archive.</param>
public sealed record StoreManifest(Manifest Manifest) : IntentAction;
