namespace OrleansUploads.Gateway.Dashboard.Assets;

/// <summary>A file of the page.</summary>
/// <param name="ContentType">Its content type.</param>
/// <param name="ETag">Changes with its bytes.</param>
/// <param name="Bytes">Its bytes.</param>
internal sealed record DashboardAsset(string ContentType, string ETag, ReadOnlyMemory<byte> Bytes);
