using System.Text.Json.Serialization.Metadata;
using OrleansUploads.Gateway.Http.Fronts;

namespace OrleansUploads.Gateway.Glacier.Protocol;

/// <summary>A success with a JSON document.</summary>
/// <typeparam name="T">The document's type.</typeparam>
internal sealed class DocumentAnswer<T>(T document, JsonTypeInfo<T> type) : FrontAnswer
{
    /// <inheritdoc/>
    public override int Status => StatusCodes.Status200OK;

    /// <inheritdoc/>
    public override Task WriteAsync(HttpResponse response, Stream body, CancellationToken cancellationToken) =>
        JsonBody.WriteAsync(response, body, Status, document, type, cancellationToken);
}
