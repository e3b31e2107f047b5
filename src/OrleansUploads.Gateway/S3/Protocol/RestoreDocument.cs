using System.Xml;
using OrleansUploads.Gateway.Http.Bodies;

namespace OrleansUploads.Gateway.S3.Protocol;

/// <summary>The body of RestoreObject.</summary>
/// <param name="Days">For how many days; not checked.</param>
/// <param name="Tier">How fast.</param>
/// <param name="Unsupported">An element that asks for something that this server does not have, or null.</param>
internal sealed record RestoreDocument(int Days, RetrievalTier Tier, string? Unsupported)
{
    /// <summary>Parses the document.</summary>
    /// <exception cref="XmlException">The document is malformed, or it has no days.</exception>
    public static RestoreDocument Parse(ReceivedDocument document)
    {
        int? days = null;
        var tier = RetrievalTier.Standard;
        string? unsupported = null;
        ElementReader.ReadRoot(document, "RestoreRequest", reader =>
        {
            switch (reader.LocalName)
            {
                case "Days":
                    days = ReadDays(reader);
                    return true;
                case "Tier":
                    tier = ReadTier(reader);
                    return true;
                case "GlacierJobParameters":
                    reader.ReadChildren(child =>
                    {
                        var isTier = child.LocalName == "Tier";
                        tier = isTier ? ReadTier(child) : tier;
                        return isTier;
                    });
                    return true;
                case "Type" or "SelectParameters" or "OutputLocation":
                    unsupported = reader.LocalName;
                    return false;
                default:
                    return false;
            }
        });

        // A query over the object has no days.
        return days is not null || unsupported is not null
            ? new RestoreDocument(days ?? 0, tier, unsupported)
            : throw new XmlException("There is no element Days.");
    }

    private static int ReadDays(ElementReader reader)
    {
        var text = reader.ReadText().Trim();
        return int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var days)
            ? days
            : throw new XmlException($"Days must be a whole number, not '{text}'.");
    }

    private static RetrievalTier ReadTier(ElementReader reader)
    {
        var text = reader.ReadText().Trim();
        return RetrievalTierNames.TryParse(text, out var tier)
            ? tier
            : throw new XmlException($"Tier must be Standard, Expedited or Bulk, not '{text}'.");
    }
}
