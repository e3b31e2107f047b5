using System.Buffers.Text;
using System.Globalization;

namespace OrleansUploads.Dashboard;

/// <summary>Lets a client prove that it knows a secret without sending it: the client signs a text that this process has just
/// made.</summary>
internal sealed class SignInChallenge(TimeProvider time)
{
    /// <summary>How long a client may take to answer.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromMinutes(2);

    private const int NonceBytes = 16;
    private const string Context = "orleans-uploads dashboard\n";

    private readonly ProcessSeal _seal = new();

    /// <summary>Creates a challenge.</summary>
    public string Create() => _seal.Seal(string.Create(
        CultureInfo.InvariantCulture,
        $"{time.GetUtcNow().ToUnixTimeMilliseconds()}-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(NonceBytes))}"));

    /// <summary>Whether this process made the challenge a short time ago.</summary>
    public bool IsCurrent(string? challenge)
    {
        if (_seal.Open(challenge) is not { } text
            || !long.TryParse(text.AsSpan(0, text.IndexOf('-', StringComparison.Ordinal)), out var milliseconds))
        {
            return false;
        }

        var age = time.GetUtcNow() - DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
        return age >= TimeSpan.Zero && age <= Life;
    }

    /// <summary>The proof that the owner of a secret gives for a challenge, in hex.</summary>
    public static string Prove(string secret, string challenge) => Convert.ToHexStringLower(
        HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes(Context + challenge)));

    /// <summary>Whether a proof is the one for a secret and a challenge.</summary>
    public static bool IsProof(string? proof, string secret, string challenge) => CryptographicOperations.FixedTimeEquals(
        Encoding.UTF8.GetBytes(proof ?? ""), Encoding.UTF8.GetBytes(Prove(secret, challenge)));
}

/// <summary>Marks texts that this process gave to a client, so that it recognizes them when they come back. The key is random and
/// never leaves the process. Each seal has its own, so it recognizes no text of another.</summary>
internal sealed class ProcessSeal
{
    private const char Separator = '.';

    private readonly byte[] _key = RandomNumberGenerator.GetBytes(HMACSHA256.HashSizeInBytes);

    /// <summary>Adds the mark to a text.</summary>
    public string Seal(string text) => text + Separator + MarkOf(text);

    /// <summary>Checks and removes the mark.</summary>
    /// <returns>Null if this seal did not mark the text.</returns>
    public string? Open(string? sealedText)
    {
        var at = sealedText?.LastIndexOf(Separator) ?? -1;
        return at >= 0 && CryptographicOperations.FixedTimeEquals(
            Encoding.UTF8.GetBytes(MarkOf(sealedText![..at])), Encoding.UTF8.GetBytes(sealedText[(at + 1)..]))
                ? sealedText[..at]
                : null;
    }

    private string MarkOf(string text) => Base64Url.EncodeToString(HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes(text)));
}
