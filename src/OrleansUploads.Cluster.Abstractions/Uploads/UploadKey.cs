using System.Buffers.Text;
using System.Security.Cryptography;

namespace OrleansUploads.Cluster.Abstractions.Uploads;

/// <summary>Keys of upload grains: 92 characters of URL-safe base64, the format of Glacier's upload IDs.</summary>
public static class UploadKey
{
    private const int RandomBytes = 69;

    /// <summary>Creates a new, unguessable key.</summary>
    public static string New() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(RandomBytes));
}
