using OrleansUploads.Core.Archives;
using OrleansUploads.Core.Parts;
using OrleansUploads.Engine.Bytes;
using OrleansUploads.Gateway.Http.Fronts;
using OrleansUploads.Gateway.S3.Protocol;

namespace OrleansUploads.Gateway.S3.Objects;

/// <summary>A response with bytes of an object, or with its headers only.</summary>
internal sealed class ObjectAnswer(
    ObjectReader reader,
    FoundObject found,
    Manifest? manifest,
    ByteRange range,
    bool isPartial,
    bool isHead,
    IReadOnlyDictionary<string, string> headers) : FrontAnswer
{
    // An empty part has no bytes that a Content-Range could name.
    private bool HasContentRange => isPartial && range.LengthBytes > 0;

    /// <inheritdoc/>
    public override int Status => HasContentRange ? StatusCodes.Status206PartialContent : StatusCodes.Status200OK;

    /// <inheritdoc/>
    /// <remarks>The headers are sent with the first verified bytes, so damage that is found before them still leads to an error
    /// document.</remarks>
    public override async Task WriteAsync(HttpResponse response, Stream body, CancellationToken cancellationToken)
    {
        response.StatusCode = Status;
        foreach (var (name, value) in headers)
        {
            response.Headers[name] = value;
        }

        StoredBytes.Isolate(response);
        response.ContentLength = range.LengthBytes;
        if (HasContentRange)
        {
            response.Headers.ContentRange = range.ContentRange(found.Description.Published.SizeBytes);
        }

        if (!isHead && manifest is not null && range.LengthBytes > 0)
        {
            await reader.CopyAsync(
                found, manifest, new PartRange(range.First, range.First + range.LengthBytes - 1), body, cancellationToken);
        }
    }
}
