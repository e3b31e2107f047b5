using OrleansUploads.Core.Uploads;
using OrleansUploads.Gateway.Dashboard.Documents;

namespace OrleansUploads.Gateway.Dashboard.Views;

/// <summary>Writes which parts an upload has.</summary>
internal static class UploadParts
{
    /// <summary>The document, or null for null.</summary>
    public static PartsDocument? DocumentOf(MappedParts? parts) => parts is null ? null : new(
        parts.Numbers.InOrder.Length, parts.Bytes, parts.Numbers.ToString(), parts.LastActivityAt.ToUnixTimeMilliseconds(),
        parts.Rate?.BytesPerSecond, parts.Rate?.OverMilliseconds);
}
