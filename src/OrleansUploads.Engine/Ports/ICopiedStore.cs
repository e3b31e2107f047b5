namespace OrleansUploads.Engine.Ports;

/// <summary>A part store whose content can be listed for a copy of it.</summary>
public interface ICopiedStore : IPartStore, IStoreMark
{
    /// <summary>Lists what is stored in one of the equal shares into which every store divides its uploads, in no particular
    /// order. Attempts that are still being written may be among it.</summary>
    /// <param name="share">The number of the share, from 0 to 255.</param>
    IAsyncEnumerable<StoredItem> ListShareAsync(int share, CancellationToken cancellationToken);
}

/// <summary>An attempt or a manifest in a listing.</summary>
/// <param name="Attempt">The attempt, or null for the manifest.</param>
/// <param name="StoredBytes">The length of its file or object, which is the same in every store.</param>
public readonly record struct StoredItem(UploadId Upload, AttemptId? Attempt, long StoredBytes);
