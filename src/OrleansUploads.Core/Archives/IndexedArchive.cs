namespace OrleansUploads.Core.Archives;

/// <summary>An archive in a shard of the index, with the shard versions between which it existed.</summary>
/// <param name="Entry">The archive.</param>
/// <param name="AddedIn">The shard's version after its addition.</param>
/// <param name="DeletedIn">The shard's version after its deletion; null while the archive exists.</param>
public sealed record IndexedArchive(ArchiveEntry Entry, long AddedIn, long? DeletedIn)
{
    /// <summary>Whether the archive existed at a version of the shard.</summary>
    public bool ExistsAt(long version) => AddedIn <= version && !(DeletedIn <= version);
}
