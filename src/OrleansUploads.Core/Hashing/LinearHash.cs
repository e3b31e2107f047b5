namespace OrleansUploads.Core.Hashing;

/// <summary>Plain SHA-256 over a run of bytes; what <c>x-amz-content-sha256</c> carries.</summary>
public readonly record struct LinearHash(Sha256Digest Digest)
{
    /// <summary>Reads 64 hex digits of either case.</summary>
    public static bool TryParse(ReadOnlySpan<char> hex, out LinearHash hash)
    {
        var ok = Sha256Digest.TryParse(hex, out var digest);
        hash = new LinearHash(digest);
        return ok;
    }

    /// <summary>64 lower-case hex digits.</summary>
    public override string ToString() => Digest.ToString();
}
