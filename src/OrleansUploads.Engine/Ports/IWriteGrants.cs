namespace OrleansUploads.Engine.Ports;

/// <summary>Lets a node without the store's key write one attempt, once. The store refuses a second write of the same name.</summary>
public interface IWriteGrants
{
    /// <summary>Signs the permission to write one attempt with its footer as one object. Nothing is stored.</summary>
    /// <param name="upload">The upload that may come to own the attempt.</param>
    /// <param name="attempt">A granted name that was never used before.</param>
    /// <param name="lengthBytes">The number of bytes before the footer; at least 1.</param>
    /// <param name="until">When the permission ends.</param>
    ValueTask<SignedWrite> SignAsync(
        UploadId upload, AttemptId attempt, long lengthBytes, DateTimeOffset until, CancellationToken cancellationToken);

    /// <summary>Throws <see cref="PartStoreUnavailableException"/> if what a node has written must not be acknowledged, because the store
    /// belongs to another server.</summary>
    ValueTask RequireAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;
}

/// <summary>A request that stores one object, once. Anybody who has it can send it.</summary>
/// <param name="Address">The address of a PUT.</param>
/// <param name="Headers">The headers that it must have.</param>
/// <param name="Until">When the store stops accepting it.</param>
public sealed record SignedWrite(Uri Address, IReadOnlyDictionary<string, string> Headers, DateTimeOffset Until);
