using OrleansUploads.Cli.Archives;
using OrleansUploads.Serving;

namespace OrleansUploads.Cli.Remote;

/// <summary>Prints the results of a command: as text, as JSON, or only what a script needs.</summary>
internal sealed class Printer(bool json, bool quiet = false, bool verbose = false)
{
    public bool IsJson => json;

    public bool IsQuiet => quiet;

    /// <summary>Whether the user is told of each request. A display would be drawn over these lines.</summary>
    public bool IsVerbose => verbose;

    /// <summary>Shows notes while a display is drawn on the terminal, or null if none is.</summary>
    public Action<string>? Notes { get; set; }

    /// <summary>Prints one result, in JSON or as text.</summary>
    /// <param name="essence">What <c>--quiet</c> prints, or null for nothing.</param>
    public void Result(object document, string text, string? essence = null)
    {
        if (json)
        {
            Console.Out.WriteLine(JsonOutput.Format(document));
        }
        else if (!quiet)
        {
            Console.Out.WriteLine(Visible(text));
        }
        else if (essence is not null)
        {
            Console.Out.WriteLine(Visible(essence));
        }
    }

    /// <summary>Prints an item of a list: as a row of a table, in JSON, or with <c>--quiet</c> its essence.</summary>
    public void Row(Table table, object document, string essence, params string[] cells)
    {
        if (json || quiet)
        {
            Result(document, "", essence);
        }
        else
        {
            table.Add([.. cells.Select(ArchiveName.ShowName)]);
        }
    }

    /// <summary>Prints the items of a list, or tells the user that there are none. People get them in the given order, if the server's is
    /// none. JSON comes as the server sends it, so that a list of any length needs little memory.</summary>
    public async Task ListAsync<T>(IAsyncEnumerable<T> items, Action<T> print, string ifNone, OldestFirst<T>? order = null)
    {
        var isEmpty = true;
        var ordered = json || order is null ? items : order.SortAsync(
            items, () => Note($"The list is not sorted, because it has more than {Quantity.Format(OldestFirst<T>.MostItems, "entry", "entries")}."));
        await foreach (var item in ordered)
        {
            isEmpty = false;
            print(item);
        }

        if (isEmpty)
        {
            Note(ifNone);
        }
    }

    /// <summary>Prints an event, in JSON only.</summary>
    public void Event(object document)
    {
        if (json && !quiet)
        {
            Console.Out.WriteLine(JsonOutput.Format(document));
        }
    }

    /// <summary>Tells the user what happens in detail, on standard error, with <c>--verbose</c> only.</summary>
    public void Trace(string line)
    {
        if (verbose)
        {
            Console.Error.WriteLine(Visible(line));
        }
    }

    /// <summary>Tells the user in detail that a request is sent again after a delay.</summary>
    public void TraceRetry(GlacierException failure, TimeSpan delay) => Trace(string.Create(
        CultureInfo.InvariantCulture, $"{failure.Message.ReplaceLineEndings(" ").TrimEnd('.')}. Trying again in {delay.TotalSeconds:F1} s."));

    /// <summary>Tells the user something that is no result, on standard error.</summary>
    public void Note(string line)
    {
        if (!json && !quiet)
        {
            (Notes ?? Console.Error.WriteLine)(Visible(line));
        }
    }

    /// <summary>Says what became of several files. After many lines of output, it is hard to see whether one of them is a failure.</summary>
    /// <param name="done">What was done with those that <paramref name="doneCount"/> counts.</param>
    public void NoteCounts(string done, int doneCount, int presentCount, int failedCount, int totalCount) => Note(
        string.Create(CultureInfo.InvariantCulture, $"{done} {doneCount:N0} of {Quantity.Format(totalCount, "file")}")
        + (presentCount > 0 ? string.Create(CultureInfo.InvariantCulture, $"; {presentCount:N0} already there") : "")
        + (failedCount > 0 ? string.Create(CultureInfo.InvariantCulture, $"; {failedCount:N0} failed") : "") + ".");

    /// <summary>What a server sends must not act on the terminal. Our texts may have several lines.</summary>
    private static string Visible(string text) => string.Join('\n', text.Split('\n').Select(ArchiveName.ShowName));
}
