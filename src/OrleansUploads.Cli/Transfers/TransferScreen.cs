using System.Collections.Concurrent;
using System.Globalization;
using OrleansUploads.Cli.Remote;
using Spectre.Console;

namespace OrleansUploads.Cli.Transfers;

/// <summary>Shows transfers while they run: live on a terminal, as lines elsewhere, as events in JSON. Progress goes to standard
/// error, so that standard output has only results.</summary>
internal sealed class TransferScreen(Printer printer, TimeProvider time)
{
    private const int MaxRows = 10;
    private const int MaxNameChars = 28;

    private static readonly TimeSpan FrameTime = TimeSpan.FromMilliseconds(100);

    private readonly ConcurrentDictionary<Transfer, int> _tenthsTold = new();
    private readonly ConcurrentQueue<Action> _held = new();
    private int _overCount;
    private volatile bool _isLive;

    /// <summary>Begins to show a transfer.</summary>
    public Transfer Begin(string name, long? sizeBytes)
    {
        var transfer = new Transfer(name, sizeBytes, time);
        _tenthsTold[transfer] = 0;
        return transfer;
    }

    /// <summary>Stops showing a transfer.</summary>
    public void End(Transfer transfer)
    {
        transfer.IsOver = true;
        _tenthsTold.TryRemove(transfer, out _);
        Interlocked.Increment(ref _overCount);
    }

    /// <summary>Tells of progress where there is no terminal: each time another tenth is done.</summary>
    public void Update(Transfer transfer)
    {
        var state = transfer.Read();
        if (_tenthsTold.TryGetValue(transfer, out var told) && state.Tenths > told
            && _tenthsTold.TryUpdate(transfer, state.Tenths, told))
        {
            printer.Event(new { @event = "progress", file = transfer.Name, state.DoneBytes, state.SizeBytes });
            if (!_isLive)
            {
                printer.Note($"{transfer.Name}: {TransferText.Describe(state)}");
            }
        }
    }

    /// <summary>Prints something, but not into the live display.</summary>
    public void Print(Action print)
    {
        if (_isLive)
        {
            _held.Enqueue(print);
        }
        else
        {
            lock (_held)
            {
                print();
            }
        }
    }

    /// <summary>Shows the transfers until the work is done.</summary>
    /// <param name="work">The work.</param>
    /// <param name="totalCount">The number of files.</param>
    public async Task<T> WatchAsync<T>(Func<Task<T>> work, int totalCount)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        if (printer.IsJson || printer.IsQuiet || Console.IsErrorRedirected || !console.Profile.Capabilities.Ansi)
        {
            return await work();
        }

        _isLive = true;
        try
        {
            return await console.Live(Draw(totalCount)).AutoClear(true).StartAsync(async frame =>
            {
                var running = work();
                while (!running.IsCompleted)
                {
                    await Task.WhenAny(running, Task.Delay(FrameTime, time));
                    frame.UpdateTarget(Draw(totalCount));
                }

                return await running;
            });
        }
        finally
        {
            _isLive = false;
            while (_held.TryDequeue(out var print))
            {
                print();
            }
        }
    }

    private Grid Draw(int totalCount)
    {
        var grid = new Grid().AddColumn(new GridColumn().NoWrap()).AddColumn(new GridColumn().NoWrap()).AddColumn();
        foreach (var transfer in _tenthsTold.Keys.OrderBy(transfer => transfer.Name, StringComparer.Ordinal).Take(MaxRows))
        {
            var state = transfer.Read();
            grid.AddRow(
                Markup.Escape(Shorten(transfer.Name)),
                $"[green]{TransferText.Map(state.Cells)}[/]",
                Markup.Escape(TransferText.Describe(state)));
        }

        if (totalCount > 1)
        {
            grid.AddRow(string.Create(CultureInfo.InvariantCulture, $"{_overCount:N0} of {totalCount:N0} files"), "", "");
        }

        return grid;
    }

    private static string Shorten(string name) =>
        name.Length <= MaxNameChars ? name : string.Concat("…", name.AsSpan(name.Length - MaxNameChars + 1));
}
