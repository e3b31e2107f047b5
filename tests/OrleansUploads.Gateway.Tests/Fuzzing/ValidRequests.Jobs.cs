using System.Text.Json;
using static OrleansUploads.Gateway.Tests.Harness.Requests;

namespace OrleansUploads.Gateway.Tests.Fuzzing;

/// <content>Jobs.</content>
internal sealed partial class ValidRequests
{
    private FuzzRequest Job(KnownVault vault)
    {
        var retrieves = !dice.OneIn(3);
        var parameters = retrieves ? Retrieval(vault) : Inventory(vault);
        if (dice.OneIn(3))
        {
            parameters["SNSTopic"] = "arn:aws:sns:us-east-1:111122223333:ready";
        }

        if (dice.OneIn(4))
        {
            parameters["Description"] = dice.Pick<string?>("for the auditors", "", null, new string('d', 1024));
        }

        return From(InitiateJob(vault.Name, JsonSerializer.Serialize(parameters))) with
        {
            Learn = LearnFrom("x-amz-job-id", id => KnownVault.Remember(retrieves ? vault.Jobs : vault.Inventories, id)),
        };
    }

    private Dictionary<string, object?> Retrieval(KnownVault vault)
    {
        var archive = vault.Archives.Count == 0 ? null : dice.PickFrom(vault.Archives);
        var parameters = new Dictionary<string, object?>
        {
            ["Type"] = "archive-retrieval",
            ["ArchiveId"] = archive?.Id ?? new string('a', 138),
            ["Tier"] = dice.Pick<string?>(null, "Standard", "Expedited", "Bulk"),
        };
        if (dice.OneIn(3))
        {
            var last = (archive?.SizeBytes ?? 1) - 1;
            parameters["RetrievalByteRange"] = dice.Pick($"0-{last}", $"0-{MiB - 1}", $"{MiB}-{last}", $"1-{last}", $"0-{last + 1}");
        }

        return parameters;
    }

    private Dictionary<string, object?> Inventory(KnownVault vault)
    {
        var parameters = new Dictionary<string, object?>
        {
            ["Type"] = "inventory-retrieval",
            ["Format"] = dice.Pick<string?>(null, "JSON", "CSV"),
        };
        if (dice.OneIn(2))
        {
            parameters["InventoryRetrievalParameters"] = new Dictionary<string, string?>
            {
                ["StartDate"] = dice.Pick<string?>(null, "2026-03-01T12:00:00Z", "1970-01-01T00:00:00.000Z"),
                ["EndDate"] = dice.Pick<string?>(null, "2026-03-02T12:00:00Z", "9999-12-31T23:59:59.999Z"),
                ["Limit"] = dice.Pick<string?>(null, "1", "2", "1000", "99999999999999999999"),
                ["Marker"] = dice.OneIn(4) && vault.Archives.Count > 0 ? dice.PickFrom(vault.Archives).Id : null,
            };
        }

        return parameters;
    }

    private FuzzRequest Output(KnownVault vault)
    {
        var request = From(GetOutput(vault.Name, JobOf(vault)));
        return dice.Below(3) switch
        {
            0 => request.With("Range", dice.Pick("bytes=0-0", "bytes=0-", "bytes=1-9", "bytes=0-1048575", "bytes=5-99999999")),
            _ => request,
        };
    }
}
