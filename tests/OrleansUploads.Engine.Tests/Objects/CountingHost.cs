using OrleansUploads.Core.Keys;

namespace OrleansUploads.Engine.Tests.Objects;

/// <summary>Counts the pages of leaves that are read through it.</summary>
internal sealed class CountingHost(IEntityHost inner) : IEntityHost
{
    public int PagesRead { get; private set; }

    public async ValueTask<IAnswer> SendAsync(EntityId entity, ICommand command, CancellationToken cancellationToken)
    {
        var answer = await inner.SendAsync(entity, command, cancellationToken);
        PagesRead += answer is LeafPage && command is ReadLeaf ? 1 : 0;
        return answer;
    }
}
