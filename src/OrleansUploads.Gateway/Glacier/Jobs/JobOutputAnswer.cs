using OrleansUploads.Core.Archives;
using OrleansUploads.Core.Hashing;
using OrleansUploads.Core.Jobs;
using OrleansUploads.Core.Parts;
using OrleansUploads.Engine.Retrieval;
using OrleansUploads.Gateway.Glacier.Answers;

namespace OrleansUploads.Gateway.Glacier.Jobs;

/// <summary>Bytes of a job's output.</summary>
internal sealed class JobOutputAnswer(
    ArchiveReader archives, Manifest manifest, RetrievalJob job, OutputRange output, PartRange wanted, TreeHash? treeHash)
    : GlacierAnswer
{
    /// <inheritdoc/>
    public override int Status =>
        output.IsPartial ? StatusCodes.Status206PartialContent : StatusCodes.Status200OK;

    /// <inheritdoc/>
    /// <remarks>The headers go out with the first verified bytes, so damage that shows before them is still an error
    /// document.</remarks>
    public override async Task WriteAsync(HttpResponse response, Stream body, CancellationToken cancellationToken)
    {
        response.StatusCode = Status;
        response.ContentType = "application/octet-stream";
        response.ContentLength = output.Range.LengthBytes;
        response.Headers.AcceptRanges = "bytes";
        if (output.IsPartial)
        {
            response.Headers.ContentRange = $"bytes {output.Range}/{job.Range.LengthBytes}";
        }

        if (treeHash is { } hash)
        {
            response.Headers[HeaderName.TreeHash] = hash.ToString();
        }

        if (job.Archive.Description.OrNull is { } description)
        {
            response.Headers[HeaderName.ArchiveDescription] = description;
        }

        await archives.CopyAsync(manifest, wanted, body, cancellationToken);
    }
}
