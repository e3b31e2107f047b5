using OrleansUploads.EndToEnd.Tests.Harness;

namespace OrleansUploads.EndToEnd.Tests.CommandLines;

/// <summary>The file of a policy, on standard input and from what is no file.</summary>
public sealed class PolicyFileTests
{
    private const string Policy = """
        {"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"glacier:DeleteArchive",
        "Resource":"arn:aws:glacier:us-east-1:000000000001:vaults/photos"}]}
        """;

    [Fact]
    public async Task A_policy_comes_from_standard_input()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Needs a shell.");
        await using var place = await Workplace.OpenAsync();
        await File.WriteAllTextAsync(place.File("policy.json"), Policy);

        (await RunAsync(place, $"orleans-uploads vault policy set photos - < '{place.File("policy.json")}'")).Expect();
        (await RunAsync(place, "orleans-uploads vault policy show photos | orleans-uploads vault lock initiate photos -")).Expect();

        Assert.Contains(
            "glacier:DeleteArchive", (await RunAsync(place, "orleans-uploads vault lock show photos")).Expect().Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_input_that_is_not_a_policy_is_refused_in_one_line()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Needs a shell.");
        await using var place = await Workplace.OpenAsync();

        (await RunAsync(place, "orleans-uploads vault policy set photos - < /dev/null")).ExpectOneLine("Standard input is empty.");
        (await RunAsync(place, "orleans-uploads vault policy set photos - < /dev/zero")).ExpectOneLine("Standard input is too long.");
        (await RunAsync(place, $"orleans-uploads vault policy set photos '{place.Data}'")).ExpectOneLine($"{place.Data} is a folder.");
        (await RunAsync(place, "orleans-uploads vault lock initiate photos /nonexistent")).ExpectOneLine("/nonexistent does not exist");
    }

    private static Task<CommandResult> RunAsync(Workplace place, string line) => CommandLine.RunInShellAsync(line, place.Environment);
}
