namespace OrleansUploads.Simulation.PowerCut.Fuse;

/// <summary>A mounted disk, with the threads that answer the kernel's requests.</summary>
internal sealed class FuseSession : IDisposable
{
    private const int Threads = 4;
    private const int BufferBytes = FuseProtocol.MaxWriteBytes + (64 * 1024);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly FuseDevice _device;
    private readonly FuseDispatcher _dispatcher;
    private readonly List<Thread> _threads = [];

    public FuseSession(string path, ForgetfulDisk disk, PowerSupply power)
    {
        _dispatcher = new FuseDispatcher(disk, power);
        _device = FuseDevice.Mount(path);
        for (var i = 0; i < Threads; i++)
        {
            var thread = new Thread(Serve) { IsBackground = true, Name = $"fuse {i}" };
            _threads.Add(thread);
            thread.Start();
        }
    }

    /// <summary>Unmounts the file system. No file on it may be open.</summary>
    public void Dispose()
    {
        _device.Unmount();
        foreach (var thread in _threads)
        {
            if (!thread.Join(Patience))
            {
                throw new TimeoutException("The FUSE file system is still in use after it was unmounted.");
            }
        }

        _device.Dispose();
    }

    private void Serve()
    {
        var request = GC.AllocateUninitializedArray<byte>(BufferBytes, pinned: true);
        var reply = GC.AllocateUninitializedArray<byte>(BufferBytes, pinned: true);
        while (_device.Receive(request) is var length and > 0)
        {
            if (_dispatcher.Answer(request.AsSpan(0, length), reply) is var answered and > 0)
            {
                _device.Reply(reply, answered);
            }
        }
    }
}
