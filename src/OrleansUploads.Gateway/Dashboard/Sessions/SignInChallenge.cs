using System.Security.Cryptography;
using System.Text;

namespace OrleansUploads.Gateway.Dashboard.Sessions;

/// <summary>Lets a client prove that it knows a secret without sending it: the client signs a text that this process has just
/// made.</summary>
internal sealed class SignInChallenge(TimeProvider time)
{
    /// <summary>How long a client may take to answer.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromMinutes(2);

    private const int NonceBytes = 16;
    private const string Context = "orleans-uploads dashboard\n";

    private readonly ProcessSeal _seal = new("challenge");

    /// <summary>Creates a challenge.</summary>
    public string Create() => _seal.Seal(string.Create(
        CultureInfo.InvariantCulture,
        $"{time.GetUtcNow().ToUnixTimeMilliseconds()}-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(NonceBytes))}"));

    /// <summary>Whether this process made the challenge a short time ago.</summary>
    public bool IsCurrent(string? challenge)
    {
        if (!_seal.TryOpen(challenge, out var text)
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
