using System.Net;
using System.Net.Sockets;

namespace OrleansUploads.Simulation.Hostile;

/// <summary>Keeps idle connections, incomplete requests and endless uploads open until disposed.</summary>
internal sealed class Attacker : IAsyncDisposable
{
    private const int OpenedAtOnce = 32;
    private const int SlowLengthBytes = 4 * 1024 * 1024;

    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private static readonly byte[] Continue = "HTTP/1.1 100 Continue\r\n\r\n"u8.ToArray();

    private readonly HostilePlan _plan;
    private readonly HostileServer _server;
    private readonly SignedHead _heads;
    private readonly CancellationTokenSource _ended = new();
    private readonly List<Socket> _idle = [];
    private readonly List<Task> _work = [];
    private int _sources;
    private int _opened;
    private int _senders;
    private int _admitted;

    private Attacker(HostilePlan plan, HostileServer server)
    {
        _plan = plan;
        _server = server;
        _heads = new SignedHead(server.Address.Authority, server.HostileKeyId, server.HostileSecret);
    }

    public int Opened => Volatile.Read(ref _opened);

    /// <summary>The number of slow uploads that have a slot of the server.</summary>
    public int Admitted => Volatile.Read(ref _admitted);

    /// <summary>Starts the attack, and returns after every connection was tried and every slow sender has started and, if the plan says so,
    /// has a slot.</summary>
    public static async Task<Attacker> BeginAsync(HostilePlan plan, HostileServer server)
    {
        var attacker = new Attacker(plan, server);
        for (var sender = 0; sender < plan.SlowSenders; sender++)
        {
            attacker._work.Add(attacker.SendSlowlyAsync());
        }

        // A machine under load needs time for this. Without it, the other client would meet no attack.
        var begun = Stopwatch.StartNew();
        while (begun.Elapsed < Patience
            && (Volatile.Read(ref attacker._senders) < plan.SlowSenders || attacker.Admitted < plan.SlotsToTake))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(100));
        }

        await Parallel.ForAsync(
            0,
            plan.Attempts,
            new ParallelOptions { MaxDegreeOfParallelism = OpenedAtOnce },
            (number, _) => attacker.OpenIdleAsync(number));
        return attacker;
    }

    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync();
        await Task.WhenAll(_work);
        lock (_idle)
        {
            _idle.ForEach(socket => socket.Dispose());
        }

        _ended.Dispose();
    }

    /// <summary>Opens a connection that stays silent, sends the beginning of a request, or stops within the
    /// headers.</summary>
    private async ValueTask OpenIdleAsync(int number)
    {
        if (await ConnectAsync() is not { } socket)
        {
            return;
        }

        lock (_idle)
        {
            _idle.Add(socket);
        }

        var request = (number % 3) switch
        {
            0 => "",
            1 => "GET /-/vau",
            _ => $"GET /-/vaults HTTP/1.1\r\nHost: {_server.Address.Authority}\r\nx-amz-note: {new string('n', 2000)}\r\nx-",
        };
        await TrySendAsync(socket, Encoding.ASCII.GetBytes(request));
    }

    private async Task SendSlowlyAsync()
    {
        var isFirst = true;
        while (!_ended.IsCancellationRequested)
        {
            using var socket = await ConnectAsync();
            var head = _heads.Of(
                "POST",
                $"/-/vaults/{HostileServer.HostileVault}/archives",
                SlowLengthBytes,
                ("expect", "100-continue"),
                ("x-amz-sha256-tree-hash", new string('0', 64)));
            var isOpen = socket is not null && await TrySendAsync(socket, head);
            if (isFirst)
            {
                isFirst = false;
                Interlocked.Increment(ref _senders);
            }

            var bytes = new byte[_plan.SlowBytesPerSecond];
            var isAdmitted = false;
            while (isOpen && !_ended.IsCancellationRequested)
            {
                await PauseAsync();
                if (!isAdmitted && TryReceiveContinue(socket!))
                {
                    isAdmitted = true;
                    Interlocked.Increment(ref _admitted);
                }

                // Any other answer means that the server has ended the upload.
                isOpen = socket!.Available == 0 && await TrySendAsync(socket, bytes);
            }

            if (isAdmitted)
            {
                Interlocked.Decrement(ref _admitted);
            }

            if (!isOpen)
            {
                await PauseAsync();
            }
        }
    }

    /// <summary>Whether the server begins to read the body.</summary>
    private static bool TryReceiveContinue(Socket socket)
    {
        var answer = new byte[Continue.Length];
        return socket.Available >= Continue.Length
            && socket.Receive(answer, SocketFlags.Peek) == Continue.Length
            && answer.AsSpan().SequenceEqual(Continue)
            && socket.Receive(answer) == Continue.Length;
    }

    private async Task PauseAsync() =>
        await Task.Delay(Second, _ended.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private async ValueTask<Socket?> ConnectAsync()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(NextSource(), 0));
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(_ended.Token);
            patience.CancelAfter(TimeSpan.FromSeconds(3));
            await socket.ConnectAsync(_server.EndPoint, patience.Token);
            Interlocked.Increment(ref _opened);
            return socket;
        }
        catch (Exception fault) when (fault is SocketException or OperationCanceledException)
        {
            socket.Dispose();
            return null;
        }
    }

    private IPAddress NextSource()
    {
        var number = Interlocked.Increment(ref _sources);
        return _plan.FromOneAddress
            ? IPAddress.Loopback
            : new IPAddress([127, 0, (byte)(1 + (number / 250 % 4)), (byte)(1 + (number % 250))]);
    }

    private static async ValueTask<bool> TrySendAsync(Socket socket, byte[] bytes)
    {
        try
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(3));
            await socket.SendAsync(bytes, patience.Token);
            return true;
        }
        catch (Exception fault) when (fault is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            return false;
        }
    }
}
