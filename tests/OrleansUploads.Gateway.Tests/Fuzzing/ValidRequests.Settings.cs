using System.Text.Json;

namespace OrleansUploads.Gateway.Tests.Fuzzing;

/// <content>Tags, notifications, locks and the settings of accounts.</content>
internal sealed partial class ValidRequests
{
    private static readonly string[] TagNames = ["LegalHold", "cost center", "größe", "a.b/c=d+e-f@g", "Name", "name"];

    private string Tags() => JsonSerializer.Serialize(new
    {
        Tags = Enumerable.Range(0, 1 + dice.Below(10)).Select(i => dice.OneIn(2) ? $"tag {dice.Below(60)}" : dice.Pick(TagNames))
            .Distinct().ToDictionary(key => key, _ => dice.Pick("", "true", "42", "über", new string('v', 255))),
    });

    private string TagKeys() => JsonSerializer.Serialize(new
    {
        TagKeys = Enumerable.Range(0, 1 + dice.Below(10)).Select(_ => dice.OneIn(2) ? $"tag {dice.Below(60)}" : dice.Pick(TagNames)),
    });

    private string Notifications() => JsonSerializer.Serialize(new
    {
        SNSTopic = dice.Pick("arn:aws:sns:us-east-1:111122223333:ready", "arn:x"),
        Events = dice.Below(3) switch
        {
            0 => new[] { "ArchiveRetrievalCompleted" },
            1 => ["InventoryRetrievalCompleted"],
            _ => ["ArchiveRetrievalCompleted", "InventoryRetrievalCompleted"],
        },
    });

    private string RetrievalPolicy() => dice.Below(4) switch
    {
        0 => """{"Policy":{"Rules":[{"Strategy":"FreeTier"}]}}""",
        1 => Limiting(dice.Pick("1", "10000", "9223372036854775807")),
        _ => """{"Policy":{"Rules":[{"Strategy":"None","BytesPerHour":null}]}}""",
    };

    private static string Limiting(string bytesPerHour) =>
        $$"""{"Policy":{"Rules":[{"Strategy":"BytesPerHour","BytesPerHour":{{bytesPerHour}} }]} }""";

    /// <summary>Uses mostly a policy that still permits other requests, because a lock may be permanent.</summary>
    private FuzzRequest Lock(KnownVault vault)
    {
        var policy = dice.OneIn(6)
            ? new PolicyGrammar(dice, vault.Arn).Document()
            : Requests.PolicyOf(
                "Deny", "glacier:DeleteArchive", """{"NumericLessThan":{"glacier:ArchiveAgeInDays":"365"}}""");
        return From(Requests.InitiateLock(vault.Name, policy)) with
        {
            Learn = LearnFrom("x-amz-lock-id", id => KnownVault.Remember(vault.Locks, id)),
        };
    }
}
