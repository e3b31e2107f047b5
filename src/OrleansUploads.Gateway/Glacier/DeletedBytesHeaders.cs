using OrleansUploads.Core.Archives;
using OrleansUploads.Core.Deciding;
using OrleansUploads.Core.Uploads;

namespace OrleansUploads.Gateway.Glacier;

/// <summary>Headers of ours with which DeleteArchive says which bytes are not freed yet, and frees them at once. Only a client that asks
/// gets them, so other deletions cost nothing more.</summary>
internal static class DeletedBytesHeaders
{
    /// <summary>The request: <see cref="Report"/> or <see cref="Free"/>.</summary>
    public const string Request = "x-orleans-uploads-deleted-bytes";

    /// <summary>The response: the number of bytes that are not freed yet.</summary>
    public const string Unfreed = "x-orleans-uploads-unfreed-bytes";

    /// <summary>The response: when they are freed at the earliest, in ISO 8601. It is absent if they are being freed.</summary>
    public const string Until = "x-orleans-uploads-unfreed-until";

    private const string Report = "report";
    private const string Free = "free";

    /// <summary>Whether a request wants the headers, and whether it frees the bytes.</summary>
    public static (bool IsAsked, bool Frees) Read(GlacierCall call) => call.Header(Request) switch
    {
        null => (false, false),
        Report => (true, false),
        Free => (true, true),
        var other => throw GlacierError.Invalid($"Invalid {Request}: {other}. It must be {Report} or {Free}."),
    };

    /// <summary>Adds the headers to the answer to a deletion. Freeing the bytes ends downloads of jobs that still read them.</summary>
    public static async ValueTask<FrontAnswer> DescribeAsync(this GlacierCall call, ArchiveId archive, bool frees)
    {
        var unfreed = await call.FindUnfreedAsync(archive, frees);
        return FrontAnswer.NoContent(
            (Unfreed, unfreed?.Bytes.ToString(CultureInfo.InvariantCulture)), (Until, unfreed?.Until is { } until ? GlacierDate.Format(until) : null));
    }

    /// <summary>Finds out which bytes of a deleted archive are not freed yet, after it has freed those that it can, if that is wanted.</summary>
    /// <returns>Null if the deletion is forgotten.</returns>
    public static async ValueTask<UnfreedBytes?> FindUnfreedAsync(this GlacierCall call, ArchiveId archive, bool frees)
    {
        if (!(await call.TryAskAsync(call.Incarnation.ArchiveShard(archive), new FindDeletedArchive(archive))).TryGet(out var deleted, out _))
        {
            return null;
        }

        ICommand<UnfreedBytes> question = frees ? new FreeBytes() : new FindUnfreedBytes();
        return (await call.TryAskAsync(deleted.Upload.Entity, question)).TryGet(out var unfreed, out _) ? unfreed : null;
    }
}
