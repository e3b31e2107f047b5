using System.Buffers.Text;
using System.Security.Cryptography;

namespace OrleansUploads.Cluster.Abstractions.Uploads;

/// <summary>Keys of upload grains: 92 characters of URL-safe base64, as Glacier's upload IDs.</summary>
public static class UploadKey
{
    private const int RandomBytes = 69;

    /// <summary>A fresh key that nobody can guess.</summary>
    public static string New() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(RandomBytes));
}
