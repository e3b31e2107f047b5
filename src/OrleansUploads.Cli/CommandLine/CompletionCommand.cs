namespace OrleansUploads.Cli.CommandLine;

/// <summary>The <c>completion</c> command: prints a script with which a shell completes this program's commands and
/// options.</summary>
internal static class CompletionCommand
{
    private const string QueryPrefix = "[suggest";

    private const string Bash = """
        # To load: source <(orleans-uploads completion bash)
        _orleans_uploads() {
            local IFS=$'\n'
            case "$3" in
                --vault|-v|--description|-d|--name) compopt +o default 2>/dev/null; return ;;
            esac
            COMPREPLY=($(compgen -W "$(orleans-uploads "[suggest:$COMP_POINT]" "$COMP_LINE" 2>/dev/null)" -- "${COMP_WORDS[COMP_CWORD]}"))
        }
        complete -o default -F _orleans_uploads orleans-uploads
        """;

    private const string Zsh = """
        # To load: source <(orleans-uploads completion zsh)
        _orleans_uploads() {
            local -a words_found=("${(@f)$(orleans-uploads "[suggest:$CURSOR]" "$BUFFER" 2>/dev/null)}")
            compadd -a words_found
            _files
        }
        compdef _orleans_uploads orleans-uploads
        """;

    private const string Fish = """
        # To load: orleans-uploads completion fish | source
        complete -c orleans-uploads -a '(orleans-uploads "[suggest:"(commandline -C)"]" (commandline -cp) 2>/dev/null)'
        """;

    public static Command Create()
    {
        var shell = new Argument<string>("shell") { Description = "bash, zsh or fish." }.OnlyOneOf("bash", "zsh", "fish");
        var command = new Command("completion", "Print a script that lets a shell complete commands and options.") { shell };
        command.SetAction(parsed => Console.Out.WriteLine(parsed.GetRequiredValue(shell) switch
        {
            "bash" => Bash,
            "zsh" => Zsh,
            _ => Fish,
        }));
        return command;
    }

    /// <summary>Whether a shell asks for completions. Its command line is not complete, so it may be wrong.</summary>
    public static bool IsQuery(IReadOnlyList<string> arguments) =>
        arguments is [var first, ..] && first.StartsWith(QueryPrefix, StringComparison.Ordinal);
}
