namespace OrleansUploads.Gateway.S3.Protocol;

/// <summary>The names of the tiers of restores.</summary>
internal static class RetrievalTierNames
{
    /// <summary>Parses a name.</summary>
    public static bool TryParse(string text, out RetrievalTier tier)
    {
        (var isKnown, tier) = text switch
        {
            "Standard" => (true, RetrievalTier.Standard),
            "Expedited" => (true, RetrievalTier.Expedited),
            "Bulk" => (true, RetrievalTier.Bulk),
            _ => (false, RetrievalTier.Standard),
        };
        return isKnown;
    }
}
