namespace OrleansUploads.Core.Hashing;

/// <summary>SHA-256 tree hash: leaves of 1 MiB, neighbours paired up to one root. For data of at most 1 MiB it equals the
/// linear hash.</summary>
public readonly record struct TreeHash(Sha256Digest Digest)
{
    /// <summary>Reads 64 hex digits of either case.</summary>
    public static bool TryParse(ReadOnlySpan<char> hex, out TreeHash hash)
    {
        var ok = Sha256Digest.TryParse(hex, out var digest);
        hash = new TreeHash(digest);
        return ok;
    }

    /// <summary>64 lower-case hex digits.</summary>
    public override string ToString() => Digest.ToString();
}
