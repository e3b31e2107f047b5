using OrleansUploads.Core.Archives;
using OrleansUploads.Core.Jobs;
using OrleansUploads.Core.Parts;
using OrleansUploads.Engine.Bytes;
using OrleansUploads.Gateway.Glacier.Protocol;
using OrleansUploads.Gateway.Http.Fronts;
using OrleansUploads.Hashing;

namespace OrleansUploads.Gateway.Glacier.Jobs;

/// <summary>A response with bytes of a retrieved archive.</summary>
internal sealed class ArchiveOutputAnswer(
    ArchiveReader archives, Manifest manifest, RetrievalJob job, OutputRange output, PartRange range, TreeHash? treeHash)
    : FrontAnswer
{
    /// <inheritdoc/>
    public override int Status => output.Status;

    /// <inheritdoc/>
    /// <remarks>The headers are sent with the first verified bytes, so damage that is found before them still leads to an error
    /// document.</remarks>
    public override async Task WriteAsync(HttpResponse response, Stream body, CancellationToken cancellationToken)
    {
        response.ContentType = "application/octet-stream";
        StoredBytes.Isolate(response);
        output.SetHeaders(response, job.Range.LengthBytes);
        if (treeHash is { } hash)
        {
            response.Headers[GlacierHeaders.TreeHash] = hash.ToString();
        }

        if (job.Archive.Description.OrNull is { } description)
        {
            response.Headers[GlacierHeaders.ArchiveDescription] = description;
        }

        await archives.CopyAsync(manifest, range, body, cancellationToken);
    }
}
