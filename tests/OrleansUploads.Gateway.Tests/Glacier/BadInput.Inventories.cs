using static OrleansUploads.Gateway.Tests.Harness.Requests;

namespace OrleansUploads.Gateway.Tests.Glacier;

/// <content>Invalid inventory jobs.</content>
internal sealed partial record BadInput
{
    private static IEnumerable<BadInput> Inventories() =>
    [
        new("an inventory with an archive ID",
            s => Inventory(s, $"\"ArchiveId\":\"{s.Archive}\""), 400, Invalid, "Invalid ArchiveId: a job of type"),
        new("an inventory with a byte range",
            s => Inventory(s, "\"RetrievalByteRange\":\"0-1048575\""), 400, Invalid, "Invalid RetrievalByteRange: a job of"),
        new("an inventory in an unknown format",
            s => Inventory(s, "\"Format\":\"XML\""), 400, Invalid, "Invalid Format: XML. It must be 'JSON' or 'CSV'."),
        new("an inventory with its format in lower case",
            s => Inventory(s, "\"Format\":\"csv\""), 400, Invalid, "Invalid Format: csv. It must be 'JSON' or 'CSV'."),
        new("an inventory with an unknown tier", s => Inventory(s, "\"Tier\":\"Fast\""), 400, Invalid, "Invalid Tier: Fast"),
        new("an inventory with a description of 1,025 characters",
            s => Inventory(s, $"\"Description\":\"{new string('d', 1025)}\""), 400, Invalid, "at most 1024"),
        .. new[] { "0", "-1", "", "1.5", "+1", " 1", "many" }.Select(limit => new BadInput(
            $"an inventory with the limit '{limit}'",
            s => RetrieveInventory(s.Vault, $$"""{"Limit":"{{limit}}"}"""),
            400,
            Invalid,
            $"Invalid Limit: {limit}. It must be a whole number of at least 1.")),
        new("an inventory with a limit that is not a string",
            s => RetrieveInventory(s.Vault, """{"Limit":10}"""), 400, "SerializationException", "Limit"),
        .. new[]
        {
            "", "yesterday", "2013-03-20", "2013-03-20T17:03:43", "2013-03-20T17:03:43+25:00", "2013-02-30T00:00:00Z",
            "20130320T170343Z", "2013-03-20T17:03:43 01:00", "2013-03-20 17:03:43Z",
        }.SelectMany(date => new[] { "StartDate", "EndDate" }.Select(field => new BadInput(
            $"an inventory with the {field} '{date}'",
            s => RetrieveInventory(s.Vault, $$"""{"{{field}}":"{{date}}"}"""),
            400,
            Invalid,
            $"Invalid {field}: {date}. The form is '2013-03-20T17:03:43Z', or"))),
        new("an inventory whose end date is before its start date",
            s => RetrieveInventory(
                s.Vault, """{"StartDate":"2013-03-20T17:03:44Z","EndDate":"2013-03-20T17:03:43Z"}"""),
            400,
            Invalid,
            "It must not be after the EndDate, 2013-03-20T17:03:43Z."),
        new("an inventory with an invalid marker",
            s => RetrieveInventory(s.Vault, """{"Marker":"x"}"""), 400, Invalid, "Invalid Marker: x"),
        new("an inventory whose parameters are not an object",
            s => RetrieveInventory(s.Vault, "[]"), 400, "SerializationException", "InventoryRetrievalParameters"),
    ];

    private static ApiRequest Inventory(Scene scene, string field) =>
        InitiateJob(scene.Vault, $$"""{"Type":"inventory-retrieval",{{field}}}""");
}
