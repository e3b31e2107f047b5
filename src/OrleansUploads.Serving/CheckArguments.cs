using System.CommandLine;
using OrleansUploads.Gateway;
using OrleansUploads.Gateway.Checking;

namespace OrleansUploads.Serving;

/// <summary>The options of <c>check</c> in both programs.</summary>
internal sealed class CheckArguments
{
    private readonly Option<bool> _deep = new("--deep")
    {
        Description = "Recompute the tree hash of every part and archive. Without this option, only block checksums are compared.",
    };

    private readonly Option<long?> _limit = LimitOption.Create("The maximum rate at which bytes are read, such as 50MiB/s.");

    private readonly Option<FileInfo?> _resume = new("--resume")
    {
        Description = "Save the progress of the check in this file, and continue from it if the file exists.",
        HelpName = "file",
    };

    private readonly Option<bool> _json = new("--json") { Description = "Print one JSON document instead of text." };

    private readonly Option<bool> _orphans = new("--orphans")
    {
        Description = "Also list uploads with bytes that nothing refers to. These are not counted as damage.",
    };

    private readonly Option<bool> _quiet = new("--quiet", "-q") { Description = "Do not print progress to standard error." };

    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[_deep, _limit, _resume, _json, _orphans, _quiet])
        {
            command.Add(option);
        }
    }

    public CheckSettings Read(ParseResult commandLine) => new(
        commandLine.GetValue(_deep),
        commandLine.GetValue(_limit),
        commandLine.GetValue(_resume)?.FullName,
        commandLine.GetValue(_json),
        commandLine.GetValue(_orphans),
        commandLine.GetValue(_quiet));
}

/// <summary>The option <c>--limit 50MiB/s</c>.</summary>
internal static class LimitOption
{
    private const long MinBytesPerSecond = 1024;

    public static Option<long?> Create(string description) => new("--limit")
    {
        Description = description,
        HelpName = "rate",
        CustomParser = static result =>
        {
            var rate = result.Tokens[0].Value;
            if (ByteCount.TryParseRate(rate, out var bytes) && bytes >= MinBytesPerSecond)
            {
                return bytes;
            }

            result.AddError($"--limit is '{rate}'. It must be a rate of at least 1KiB/s, such as 500KiB/s or 50MiB/s.");
            return null;
        },
    };
}
