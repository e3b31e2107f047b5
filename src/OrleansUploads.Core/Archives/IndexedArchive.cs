namespace OrleansUploads.Core.Archives;

/// <summary>An archive in a shard of the index, and between which of the shard's changes it was there.</summary>
/// <param name="Entry">The archive.</param>
/// <param name="AddedIn">The shard's version after its addition; 0 where that was before anyone kept it.</param>
/// <param name="DeletedIn">The shard's version after its deletion; null while it is there.</param>
public sealed record IndexedArchive(ArchiveEntry Entry, long AddedIn, long? DeletedIn)
{
    /// <summary>Whether it was there after a change.</summary>
    public bool IsThereAsOf(long version) => AddedIn <= version && !(DeletedIn <= version);
}
