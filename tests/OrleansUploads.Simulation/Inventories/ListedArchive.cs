using System.Text.Json;

namespace OrleansUploads.Simulation.Inventories;

internal sealed record ListedArchive(string Id, string Description, long SizeBytes, string TreeHash)
{
    public static IReadOnlyList<ListedArchive> Parse(InventoryFormat format, string text) =>
        format == InventoryFormat.Csv ? ParseCsv(text) : ParseJson(text);

    private static List<ListedArchive> ParseCsv(string text) =>
        [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1).Select(line => line.Split(',')).Select(fields =>
            new ListedArchive(fields[0], fields[1], long.Parse(fields[3], CultureInfo.InvariantCulture), fields[4]))];

    private static List<ListedArchive> ParseJson(string text)
    {
        using var document = JsonDocument.Parse(text);
        return [.. document.RootElement.GetProperty("ArchiveList").EnumerateArray().Select(archive => new ListedArchive(
            archive.GetProperty("ArchiveId").GetString()!,
            archive.GetProperty("ArchiveDescription").GetString()!,
            archive.GetProperty("Size").GetInt64(),
            archive.GetProperty("SHA256TreeHash").GetString()!))];
    }
}
