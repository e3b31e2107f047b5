namespace OrleansUploads.Simulation.Judging;

internal sealed class VaultRules : IRules
{
    public const ulong Absent = 0;
    public const ulong Present = 1;

    public int Context => 0;

    public void Apply(ulong state, Request request, List<(ulong Next, Verdict Verdict)> into)
    {
        switch (request)
        {
            case Request.CreateVault:
                into.Add((Present, Verdict.Done));
                break;
            case Request.DeleteVault when state == Present:
                // The judge checks separately whether it was empty.
                into.Add((Absent, Verdict.Done));
                into.Add((Present, Verdict.Conflict));
                break;
            case Request.DeleteVault:
                into.Add((Absent, Verdict.NotFound));
                break;
        }
    }

    public void Spontaneous(ulong state, List<ulong> into)
    {
    }

    public ulong? Undo(ulong state) => null;

    public bool CanBeUndone(Request request) => false;
}
