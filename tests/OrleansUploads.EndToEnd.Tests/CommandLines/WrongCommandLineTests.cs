using OrleansUploads.Cli;
using OrleansUploads.Cli.CommandLine;

namespace OrleansUploads.EndToEnd.Tests.CommandLines;

/// <summary>What is wrong with a command line is said in one line, before anything runs.</summary>
public sealed class WrongCommandLineTests
{
    [Theory]
    [InlineData("vault create", "orleans-uploads vault create --help")]
    [InlineData("upload file", "--vault")]
    [InlineData("upload file --vault photos --limit fast", "--limit is 'fast'")]
    [InlineData("upload file --vault photos --part-size 3MiB", "--part-size is '3MiB'")]
    [InlineData("upload file --vault photos --workers 0", "--workers is '0'")]
    [InlineData("vault list --account 12", "'12' is not a valid account ID")]
    [InlineData("download id --vault photos -o file --tier 7", "--tier is '7'")]
    [InlineData("keys add --role --data", "The value of --role is missing")]
    [InlineData("vualt list", "'vualt' is not a command or option. 'list' is not a command or option. Did you mean 'vault'? See")]
    [InlineData("vault lst", "'lst' is not a command or option. Did you mean 'list'? See 'orleans-uploads vault --help'.")]
    [InlineData("download id --vault photos -o file --worker 3", "Did you mean '--workers'? An archive with this name follows '--'.")]
    [InlineData("download --vault photos -o folder", "Name archives, or choose some")]
    [InlineData("download id --name a* --vault photos -o folder", "Name archives, or choose some")]
    [InlineData("archive delete --forse id --vault photos", "'--forse' is not an option of this command.")]
    [InlineData("uploads list --valt photos", "Did you mean '--vault'?")]
    [InlineData("vault list --endpiont http://x", "Did you mean '--endpoint'?")]
    [InlineData("frobnicate", "'frobnicate' is not a command or option. See")]
    [InlineData("vault", "A command is missing. See 'orleans-uploads vault --help'.")]
    [InlineData("upload --vault photos", "The argument 'file' is missing.")]
    [InlineData("completion tcsh", "'tcsh' is not a valid value. Use one of: bash, zsh, fish. See")]
    [InlineData("keys add --vault a/b", "'a/b' is not the name of a vault or bucket.")]
    [InlineData("archive list --vault photos --after tomorrow", "--after is 'tomorrow'. Use a form such as 2026-11-24")]
    [InlineData("check --rate 50MiB/s", "'--rate' is not a command or option.")]
    [InlineData("check --data data --limit fast", "--limit is 'fast'. It must be a rate")]
    [InlineData("parts copy d", "The argument 'to' is missing.")]
    [InlineData("parts copy d s3://bucket --to-endpoint nowhere", "--to-endpoint is 'nowhere'. It must be the address")]
    [InlineData("demo --crash true", "--crash needs --endpoint")]
    [InlineData("serve --anonymous --listen localhost", "--listen is 'localhost'")]
    [InlineData("serve --anonymous --listen 0.0.0.0:0", "--anonymous requires a loopback address")]
    [InlineData("serve --stale-after 23h", "at least 24h")]
    [InlineData("serve --port=9401", "'--port=9401' is not a command or option. Did you mean '--listen'?")]
    [InlineData("serve --port 9401", "'9401' is not a command or option. Did you mean '--listen'?")]
    [InlineData("serve --min-free 5", "--min-free is '5'. It must be a size of at least 1MiB")]
    [InlineData("serve --cache much", "--cache is 'much'. It must be a size of at least 1MiB")]
    [InlineData("serve --collect-grace soon", "a duration such as")]
    [InlineData("serve --account 42", "12 digits")]
    [InlineData("serve --https-key key.pem", "must be used together")]
    [InlineData("serve --retrieval-delay quick=3h", "'quick=3h' is not a delay")]
    [InlineData("serve --max-vaults 0", "at least 1")]
    [InlineData("serve --max-connections 0", "at least 1")]
    [InlineData("serve --max-bodies 0", "at least 1")]
    [InlineData("serve --header-timeout 0", "at least 1s")]
    [InlineData("serve --keep-alive-timeout 2147482d", "at most 7d")]
    [InlineData("serve --keep-alive-timeout soon", "a duration such as")]
    [InlineData("serve --notify arn:x", "is not a topic and an address")]
    [InlineData("serve --notify arn:x=ftp://example.org", "is not an address to post to")]
    public void A_wrong_command_line_is_described_in_one_line(string arguments, string expected)
    {
        var parsed = CommandTree.Create().ParseWords(arguments.Split(' '));

        Assert.True(UsageError.IsIn(parsed));
        var line = UsageError.Describe(parsed);
        Assert.Contains(expected, line, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', line);
    }

    [Theory]
    [InlineData("vault lst", "Did you mean 'list'?")]
    [InlineData("vault list --endpoint ftp://x", "'ftp://x' is not valid", Traits = [TestRun.Name, TestRun.Campaign])]
    [InlineData("upload - --vault photos --part-size 2GiB", "at most 1GiB", Traits = [TestRun.Name, TestRun.Campaign])]
    [InlineData("keys list --data /dev/null", "/dev/null is a file.")]
    [InlineData("check --data /dev/null", "/dev/null is a file.", Traits = [TestRun.Name, TestRun.Campaign])]
    [InlineData("serve --data /dev/null/data", "/dev/null is a file. Name a folder", Traits = [TestRun.Name, TestRun.Campaign])]
    public async Task The_program_prints_the_line_and_ends_with_exit_code_2(string arguments, string expected)
    {
        var environment = new Dictionary<string, string?> { ["AWS_ACCESS_KEY_ID"] = "a", ["AWS_SECRET_ACCESS_KEY"] = "b" };

        var result = await CommandLine.RunAsync(arguments.Split(' '), environment);

        result.ExpectOneLine(2, expected);
        Assert.Empty(result.Output);
    }
}
