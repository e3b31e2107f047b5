using System.Buffers.Text;
using System.Security.Cryptography;

namespace OrleansUploads.Gateway.Glacier;

/// <summary>The name that an answer and its line in the log share: 47 URL-safe characters, as Amazon's have.</summary>
internal static class RequestId
{
    /// <summary>The header that carries it.</summary>
    public const string Header = "x-amzn-RequestId";

    /// <summary>Its length.</summary>
    public const int Chars = 47;

    private const int RandomBytes = 36;

    /// <summary>A fresh one.</summary>
    public static string New()
    {
        Span<byte> random = stackalloc byte[RandomBytes];
        RandomNumberGenerator.Fill(random);
        return Base64Url.EncodeToString(random)[..Chars];
    }
}
