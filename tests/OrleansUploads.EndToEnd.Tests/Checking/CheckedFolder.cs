using OrleansUploads.EndToEnd.Tests.Damage;

namespace OrleansUploads.EndToEnd.Tests.Checking;

/// <summary>Runs <c>orleans-uploads check</c> and parses its report.</summary>
internal static class CheckedFolder
{
    public static async Task<CheckResult> CheckAsync(DataFolder folder, params string[] options)
    {
        var result = await CommandLine.RunAsync(["check", "--data", folder.Path, "--json", "--quiet", .. options]);
        Assert.True(result.ExitCode is 0 or 1 && result.Error.Length == 0, result.ToString());
        using var document = JsonDocument.Parse(result.Output);
        var root = document.RootElement;
        Assert.Equal(result.ExitCode == 0 ? "sound" : "damaged", root.GetProperty("outcome").GetString());
        var checkResult = new CheckResult(
            [.. root.GetProperty("damage").EnumerateArray().Select(FoundDamage.Read)],
            root.GetProperty("orphans").GetArrayLength(),
            root.TryGetProperty("archives", out var archives) ? archives.GetInt32() : 0,
            root.TryGetProperty("openUploads", out var uploads) ? uploads.GetInt32() : 0,
            root.TryGetProperty("parts", out var parts) ? parts.GetInt32() : 0);
        Assert.Equal(result.ExitCode == 0, checkResult.Damage.Count == 0);
        return checkResult;
    }
}

internal sealed record CheckResult(IReadOnlyList<FoundDamage> Damage, int Orphans, int Archives, int OpenUploads, int Parts);

internal sealed record FoundDamage(string Kind, string? File, string? Archive, string? Upload, string? Vault, string What)
{
    public static FoundDamage Read(JsonElement json)
    {
        return new(Text("kind")!, Text("file"), Text("archive"), Text("upload"), Text("vault"), Text("what")!);

        string? Text(string name) => json.TryGetProperty(name, out var value) ? value.GetString() : null;
    }
}
