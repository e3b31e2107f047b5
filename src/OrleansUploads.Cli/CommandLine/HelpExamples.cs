using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace OrleansUploads.Cli.CommandLine;

/// <summary>Prints the help of a command, with examples below it.</summary>
internal sealed class HelpExamples(HelpAction help) : SynchronousCommandLineAction
{
    /// <summary>What the exit codes mean.</summary>
    public const string ExitCodes = """
        Exit codes of the commands on vaults, archives, uploads, jobs and files:
          0    everything is done
          1    it failed for another reason
          2    the command line is wrong; nothing was done
          3    the vault, archive, upload or job does not exist
          4    there is no key, or the server does not accept or permit it
          5    the server cannot be reached, does not answer, or fails
          6    the bytes differ
          130  the command was interrupted
        """;

    public static IReadOnlyDictionary<string, string[]> ByCommand { get; } = new Dictionary<string, string[]>
    {
        ["serve"] =
        [
            "orleans-uploads serve --data /srv/uploads",
            "orleans-uploads serve --listen 0.0.0.0:9400 --https-certificate cert.pem --https-key key.pem",
            "orleans-uploads serve --retrieval-delay standard=3h --retrieval-delay expedited=1m",
        ],
        ["demo"] = ["orleans-uploads demo --size 1GiB"],
        ["upload"] =
        [
            "orleans-uploads upload holiday.tar --vault photos",
            "tar -c Pictures | orleans-uploads upload - --vault photos --description Pictures",
            "orleans-uploads upload *.tar --vault photos --skip-existing --limit 50MiB/s",
            "orleans-uploads upload Pictures --vault photos",
        ],
        ["download"] =
        [
            "orleans-uploads download holiday.tar --vault photos",
            "orleans-uploads download holiday.tar --vault photos -o copy.tar",
            "orleans-uploads download --name 'Pictures/*' --vault photos -o restored",
            "orleans-uploads download Pictures.tar --vault photos -o - | tar -x",
        ],
        ["archive list"] = ["orleans-uploads archive list --vault photos --name 'holiday*' --after 2026-11-01"],
        ["archive delete"] = ["orleans-uploads archive delete ARCHIVE-ID --vault photos"],
        ["uploads show"] = ["orleans-uploads uploads show UPLOAD-ID --vault photos"],
        ["uploads resume"] = ["orleans-uploads uploads resume UPLOAD-ID holiday.tar --vault photos"],
        ["job wait"] = ["orleans-uploads job wait JOB-ID --vault photos"],
        ["treehash"] = ["orleans-uploads treehash holiday.tar", "cat part-1 part-2 | orleans-uploads treehash -"],
        ["keys add"] = ["orleans-uploads keys add --data /srv/uploads --role upload --vault photos"],
        ["keys export"] = ["eval \"$(orleans-uploads keys export --data /srv/uploads)\""],
        ["check"] = ["orleans-uploads check --data /srv/uploads --deep --limit 50MiB/s --resume check.json"],
        ["backup run"] = ["orleans-uploads backup run --data /srv/uploads --to /backup/uploads --keep 7 --check"],
        ["backup begin"] = ["orleans-uploads backup begin --data /srv/uploads --to /backup/uploads --for 12h"],
        ["take-over"] = ["orleans-uploads take-over --data /srv/restored --parts s3://bucket/prefix"],
        ["parts copy"] =
        [
            "orleans-uploads parts copy /srv/uploads s3://uploads/parts --limit 50MiB/s",
            "orleans-uploads parts copy /srv/orleans-uploads/parts az://uploads/parts --final",
        ],
        ["completion"] = ["source <(orleans-uploads completion bash)"],
        ["man"] = ["man <(orleans-uploads man)"],
    };

    /// <summary>The help is printed although the rest of the command line is missing.</summary>
    public override bool ClearsParseErrors => true;

    /// <summary>Adds the examples to the help of a command and of all below it.</summary>
    public static void AddTo(RootCommand root)
    {
        foreach (var option in root.Options.OfType<HelpOption>())
        {
            option.Action = new HelpExamples((HelpAction)option.Action!);
        }
    }

    public override int Invoke(ParseResult parseResult)
    {
        var code = help.Invoke(parseResult);
        var output = parseResult.InvocationConfiguration.Output;
        if (parseResult.CommandResult.Command is RootCommand)
        {
            output.WriteLine(ExitCodes);
        }
        else if (ByCommand.GetValueOrDefault(string.Join(' ', UsageError.Names(parseResult.CommandResult).Skip(1))) is { } examples)
        {
            output.WriteLine(examples.Length == 1 ? "Example:" : "Examples:");
            foreach (var example in examples)
            {
                output.WriteLine($"  {example}");
            }
        }

        return code;
    }
}
