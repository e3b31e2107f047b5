using System.Buffers.Text;
using System.Security.Cryptography;

namespace OrleansUploads.Gateway.Http.Exchanges;

/// <summary>The ID that a response and its log line share: 47 URL-safe characters, as long as Amazon's.</summary>
internal static class RequestId
{
    /// <summary>The header that most of Amazon's services send the ID in.</summary>
    public const string AmazonHeader = "x-amzn-RequestId";

    /// <summary>Length of an ID in characters.</summary>
    public const int Chars = 47;

    private const int RandomBytes = 36;

    /// <summary>Creates a random ID.</summary>
    public static string New()
    {
        Span<byte> random = stackalloc byte[RandomBytes];
        RandomNumberGenerator.Fill(random);
        return Base64Url.EncodeToString(random)[..Chars];
    }
}
