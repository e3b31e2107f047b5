using OrleansUploads.Core.Archives;
using OrleansUploads.Core.Hashing;
using OrleansUploads.Core.Jobs;
using OrleansUploads.Core.Parts;
using OrleansUploads.Engine.Retrieval;
using OrleansUploads.Gateway.Glacier.Answers;

namespace OrleansUploads.Gateway.Glacier.Jobs;

/// <summary>Bytes of a retrieved archive.</summary>
internal sealed class ArchiveOutputAnswer(
    ArchiveReader archives, Manifest manifest, RetrievalJob job, OutputRange output, PartRange wanted, TreeHash? treeHash)
    : GlacierAnswer
{
    /// <inheritdoc/>
    public override int Status => output.Status;

    /// <inheritdoc/>
    /// <remarks>The headers go out with the first verified bytes, so damage that shows before them is still an error
    /// document.</remarks>
    public override async Task WriteAsync(HttpResponse response, Stream body, CancellationToken cancellationToken)
    {
        response.ContentType = "application/octet-stream";
        output.Describe(response, job.Range.LengthBytes);
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
