using OrleansUploads.Gateway.Dashboard.Assets;

namespace OrleansUploads.Gateway.Dashboard.Answers;

/// <summary>A file of the page. Browsers keep it and ask each time whether it has changed.</summary>
/// <param name="asset">The file.</param>
/// <param name="isKnown">Whether the browser has it already.</param>
internal sealed class AssetAnswer(DashboardAsset asset, bool isKnown) : DashboardAnswer
{
    /// <inheritdoc/>
    public override int Status => isKnown ? StatusCodes.Status304NotModified : StatusCodes.Status200OK;

    /// <inheritdoc/>
    public override async Task WriteAsync(HttpResponse response, Stream body, CancellationToken cancellationToken)
    {
        response.StatusCode = Status;
        response.Headers.ETag = asset.ETag;
        response.Headers.CacheControl = "no-cache";
        if (!isKnown)
        {
            response.ContentType = asset.ContentType;
            response.ContentLength = asset.Bytes.Length;
            await body.WriteAsync(asset.Bytes, cancellationToken);
        }
    }
}
