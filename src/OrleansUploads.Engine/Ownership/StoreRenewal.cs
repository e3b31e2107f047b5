using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;

namespace OrleansUploads.Engine.Ownership;

/// <summary>A sign that a claim is still in use. It stands in the store and beside the decisions.</summary>
/// <param name="Claim">The number of the claim.</param>
/// <param name="Owner">The owner of the claim.</param>
/// <param name="Number">Counts the renewals of the claim.</param>
/// <param name="Nonce">Unique random digits, so that a copy of the decisions makes other renewals.</param>
internal sealed record StoreRenewal(long Claim, string Owner, long Number, string Nonce)
{
    private const int NonceBytes = 8;
    private const char Separator = '-';

    /// <summary>The name of the renewal, which no claim can have. It is stored; never change its form.</summary>
    public string Name => string.Create(CultureInfo.InvariantCulture, $"{Claim:D10}{Separator}{Owner}{Separator}{Number:D10}{Separator}{Nonce}");

    public static StoreRenewal New(StoreClaim claim, long number) =>
        new(claim.Number, claim.Owner, number, RandomNumberGenerator.GetHexString(2 * NonceBytes, lowercase: true));

    public static bool TryParse(string? name, [NotNullWhen(true)] out StoreRenewal? renewal)
    {
        renewal = null;
        if (name?.Split(Separator) is not [var claim, var owner, var number, { Length: 2 * NonceBytes } nonce]
            || !long.TryParse(claim, NumberStyles.None, CultureInfo.InvariantCulture, out var claimNumber)
            || !long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var renewalNumber))
        {
            return false;
        }

        renewal = new StoreRenewal(claimNumber, owner, renewalNumber, nonce);
        return true;
    }

    public bool IsOf(StoreClaim claim) => Claim == claim.Number && Owner == claim.Owner;

    public override string ToString() => Name;
}
