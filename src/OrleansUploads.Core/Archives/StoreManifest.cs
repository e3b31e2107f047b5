using OrleansUploads.Core.Deciding;

namespace OrleansUploads.Core.Archives;

/// <summary>Stores a manifest in the part store.</summary>
/// <param name="Manifest">The extents of the archive.</param>
/// <param name="Then">What to send once the manifest is stored, or null.</param>
public sealed record StoreManifest(Manifest Manifest, TellEntity? Then = null) : IntentAction;
