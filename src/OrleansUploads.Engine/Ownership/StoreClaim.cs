using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace OrleansUploads.Engine.Ownership;

/// <summary>A claim of a part store. The store lists its claims by name, and the one with the highest number holds it.</summary>
/// <param name="Number">The incarnation of the store's use. Each start of an owner that is alone makes a claim with the next one.</param>
/// <param name="Owner">Identifies the owner: the beginning of a hash of its identity.</param>
/// <param name="Nonce">Unique random digits, so that no name is ever used twice.</param>
internal readonly record struct StoreClaim(long Number, string Owner, string Nonce)
{
    private const int HexDigits = 16;
    private const int NumberDigits = 10;
    private const char Separator = '-';

    /// <summary>The name of the claim. It is stored; never change its form.</summary>
    public string Name => string.Create(
        CultureInfo.InvariantCulture, $"{Number.ToString("D10", CultureInfo.InvariantCulture)}{Separator}{Owner}{Separator}{Nonce}");

    public static StoreClaim New(long number, string owner) =>
        new(number, owner, RandomNumberGenerator.GetHexString(HexDigits, lowercase: true));

    public static string OwnerOf(string identity) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(identity)))[..HexDigits];

    public static bool TryParse([NotNullWhen(true)] string? name, out StoreClaim claim)
    {
        claim = default;
        if (name?.Split(Separator) is not [{ Length: NumberDigits } digits, { Length: HexDigits } owner, { Length: HexDigits } nonce]
            || !long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return false;
        }

        claim = new StoreClaim(number, owner, nonce);
        return true;
    }

    public override string ToString() => Name;
}
