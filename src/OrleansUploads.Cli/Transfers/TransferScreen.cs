using System.Collections.Concurrent;
using OrleansUploads.Cli.Archives;
using Spectre.Console;

namespace OrleansUploads.Cli.Transfers;

/// <summary>Shows transfers while they run: live on a terminal, as lines elsewhere, as events in JSON. Progress goes to standard
/// error, so that standard output has only results.</summary>
internal sealed class TransferScreen(Printer printer, TimeProvider time)
{
    private const int MaxRows = 10;

    /// <summary>A terminal prints <c>^C</c> where the cursor is when a user presses Ctrl-C. It has to fit into the last line.</summary>
    private const int EchoColumns = 3;

    private static readonly TimeSpan FrameTime = TimeSpan.FromMilliseconds(100);

    private readonly ConcurrentDictionary<FileTransfer, bool> _running = new();
    private readonly ConcurrentQueue<Action> _held = new();
    private int _overCount;
    private volatile bool _isLive;
    private volatile string? _note;

    /// <summary>Begins to show a transfer.</summary>
    public FileTransfer Begin(string name, long? sizeBytes)
    {
        var transfer = new FileTransfer(name, sizeBytes, time);
        _running[transfer] = true;
        return transfer;
    }

    /// <summary>Stops showing a transfer.</summary>
    public void End(FileTransfer transfer)
    {
        _running.TryRemove(transfer, out _);
        Interlocked.Increment(ref _overCount);
    }

    /// <summary>Notes how much of a range has been sent.</summary>
    public void Send(FileTransfer transfer, ByteRange range, long sentBytes)
    {
        _note = sentBytes > 0 ? null : _note;
        transfer.Send(range, sentBytes);
    }

    /// <summary>Adds a range that is done; one that is skipped was on the other side already. Where there is no terminal, each tenth of a
    /// file is a line.</summary>
    public void Add(FileTransfer transfer, ByteRange range, bool isSkipped)
    {
        _note = null;
        if (transfer.Add(range, isSkipped))
        {
            printer.Event(new { @event = "progress", file = transfer.Name, transfer.DoneBytes, transfer.SizeBytes });
            if (!_isLive)
            {
                printer.Note($"{ArchiveName.ShowName(transfer.Name)}: {transfer.Describe(countsSent: false)}");
            }
        }
    }

    /// <summary>Prints something, but not into the live display.</summary>
    public void Print(Action print)
    {
        if (_isLive)
        {
            _held.Enqueue(print);
            return;
        }

        lock (_held)
        {
            print();
        }
    }

    /// <summary>Shows the transfers until the work on some number of files is done.</summary>
    public async Task WatchAsync(Func<Task> work, int totalCount)
    {
        if (printer.IsJson || printer.IsQuiet || printer.IsVerbose || Terminal.Find() is not { } terminal)
        {
            await work();
            return;
        }

        _isLive = true;
        printer.Notes = note => _note = note;
        var running = work();
        try
        {
            await terminal.Live(Text.Empty).AutoClear(true).StartAsync(async frame =>
            {
                while (!running.IsCompleted)
                {
                    frame.UpdateTarget(Draw(totalCount, terminal.Profile.Width - EchoColumns));
                    await Task.WhenAny(running, Task.Delay(FrameTime, time));
                }
            });
        }
        catch (IOException)
        {
            // The terminal has gone. The transfers go on.
        }
        finally
        {
            // A fault of the display neither ends the transfers nor hides their results.
            await Task.WhenAny(running);
            printer.Notes = null;
            _isLive = false;
            while (_held.TryDequeue(out var print))
            {
                print();
            }
        }

        await running;
    }

    /// <summary>Draws at least one line, each of them no longer than the terminal is wide: a frame replaces the lines of the previous one,
    /// so it has to know their number.</summary>
    private Rows Draw(int totalCount, int columns)
    {
        var lines = _running.Keys.OrderBy(static transfer => transfer.Name, StringComparer.Ordinal).Take(MaxRows)
            .Select(transfer => transfer.Line(columns)).ToList();
        if (totalCount > 1)
        {
            lines.Add(string.Create(CultureInfo.InvariantCulture, $"{_overCount:N0} of {totalCount:N0} files"));
        }

        var note = _note;
        if (note is not null || lines.Count == 0)
        {
            lines.Add(Markup.Escape(Terminal.Cut(note ?? "", columns)));
        }

        return new Rows(lines.Select(static line => new Markup(line)));
    }
}
