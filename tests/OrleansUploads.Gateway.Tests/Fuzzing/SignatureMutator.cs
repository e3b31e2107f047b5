using OrleansUploads.Signing;

namespace OrleansUploads.Gateway.Tests.Fuzzing;

/// <summary>Corrupts the signer, the date or the signature of a request.</summary>
internal sealed class SignatureMutator(Dice dice)
{
    private const string Header = "Authorization";

    public FuzzRequest Mutate(FuzzRequest request)
    {
        var signer = request.Signer ?? new Signer();
        switch (dice.Below(9))
        {
            case 0:
                return request with { Signer = null };
            case 1:
                return request with { Signer = signer with { AccessKeyId = dice.Pick("AKIANOBODY", "é", "a b", "=") } };
            case 2:
                return request with { Signer = signer with { SecretKey = "a wrong one" } };
            case 3:
                return request with { Signer = signer with { Region = dice.Pick("eu-west-1", "x", "Mars", new string('r', 200)) } };
            case 4:
                return request with { Signer = signer with { Ahead = TimeSpan.FromMinutes(dice.Pick(-100_000, -16, -15, 15, 16, 10_000_000)) } };
            case 5:
                return request with { Signer = signer.ForOther() };
            case 6:
                return request.With("x-amz-date", dice.Pick(
                    "", "20260301", "20260301T120000", "2026-03-01T12:00:00Z", "20261301T120000Z", "00010101T000000Z",
                    "99991231T235959Z", AmzTimestamp.Format(DateTimeOffset.UnixEpoch), "20260301T120000Z,20260301T120000Z"));
            case 7:
                return request.ThenTampered(signed => signed.With(Header, OddText.Of(dice)));
            default:
                return request.ThenTampered(signed => signed.With(Header, Mutated(signed.Header(Header) ?? "")));
        }
    }

    /// <summary>Removes, doubles or replaces one component of a signature.</summary>
    private string Mutated(string header)
    {
        var parts = header.Split(dice.Pick(' ', ',', '/', ';', '='));
        var at = dice.Below(parts.Length);
        var separator = dice.Pick(" ", ",", "/", ";", "=", "", "\t");
        return (parts[at].Length == 0 ? 0 : dice.Below(5)) switch
        {
            0 => string.Join(separator, parts),
            1 => header.Replace(parts[at], "", StringComparison.Ordinal),
            2 => $"{header}, {parts[at]}",
            3 => header.Replace(parts[at], OddText.Of(dice), StringComparison.Ordinal),
            _ => header[..dice.Below(header.Length)],
        };
    }
}
