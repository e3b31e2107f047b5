namespace OrleansUploads.Core.Values;

/// <summary>How quickly an archive is retrieved. The values are stored: never change them.</summary>
public enum RetrievalTier
{
    /// <summary>Takes hours at Amazon. The default.</summary>
    Standard = 0,

    /// <summary>Takes minutes at Amazon.</summary>
    Expedited = 1,

    /// <summary>Takes half a day at Amazon.</summary>
    Bulk = 2,
}

/// <summary>The names of the tiers, which both protocols use.</summary>
public static class RetrievalTierNames
{
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
