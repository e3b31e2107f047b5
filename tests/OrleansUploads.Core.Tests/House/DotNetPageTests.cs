namespace OrleansUploads.Core.Tests.House;

/// <summary>The code of docs/dotnet.md is code of a test. That test runs only where the SDK's package restores; this one runs always.</summary>
public sealed partial class DotNetPageTests
{
    private const string Test = "tests/OrleansUploads.AwsSdk.Tests/Documents/DotNetPageTests.cs";

    [Fact]
    public void Each_block_of_code_is_in_the_test()
    {
        var code = WithoutIndentation(File.ReadAllText(Path.Combine(Repository.Root, Test)));
        var blocks = Block().Matches(File.ReadAllText(Path.Combine(Repository.Root, "docs/dotnet.md")))
            .Select(block => WithoutIndentation(block.Groups[1].Value)).ToList();
        Assert.True(blocks.Count > 5, "The blocks of code were not found.");
        Assert.All(blocks, block => Assert.Contains(block, code, StringComparison.Ordinal));
    }

    private static string WithoutIndentation(string text) => string.Join('\n', text.Split('\n').Select(line => line.Trim()));

    [GeneratedRegex("^```csharp\n(.*?\n)```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block();
}
