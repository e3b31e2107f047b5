using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using SQLitePCL;

namespace OrleansUploads.Engine.Tests.Journals;

/// <summary>Makes SQLite's own flushes and reads fail: a VFS that passes every call to the default VFS, except for those of chosen
/// files.</summary>
/// <remarks>It stays registered for the whole process, and affects only files that a test names.</remarks>
internal static unsafe partial class FaultySync
{
    private const int Ok = 0;
    private const int FlushFailed = 1034;
    private const int ReadFailed = 266;
    private const int Words = 24;
    private const int VfsOpen = 5;
    private const int LastError = 4;
    private const int MethodClose = 1;
    private const int MethodRead = 2;
    private const int MethodSync = 5;
    private const int MethodFileControl = 10;

    private static readonly Lock Gate = new();
    private static readonly Dictionary<nint, string> Paths = [];
    private static readonly Dictionary<nint, nint> Methods = [];
    private static readonly Dictionary<string, int> Errors = [];
    private static readonly HashSet<string> Unreadable = [];
    private static nint _default;

    /// <summary>Makes the flushes of a file fail with an error number; 0 makes them succeed again.</summary>
    public static void Set(string path, int error)
    {
        Install();
        lock (Gate)
        {
            Errors[path] = error;
        }
    }

    /// <summary>Makes the reads of a file fail, or succeed again.</summary>
    public static void SetReadable(string path, bool isReadable)
    {
        Install();
        lock (Gate)
        {
            _ = isReadable ? Unreadable.Remove(path) : Unreadable.Add(path);
        }
    }

    /// <summary>Registers the VFS as the default. It does not affect files that are already open.</summary>
    public static void Install()
    {
        Batteries_V2.Init();
        lock (Gate)
        {
            if (_default != 0)
            {
                return;
            }

            _default = FindVfs(null);
            var vfs = (nint*)NativeMemory.AllocZeroed(Words, (nuint)sizeof(nint));
            NativeMemory.Copy((void*)_default, vfs, (nuint)(21 * sizeof(nint)));
            vfs[3] = Marshal.StringToCoTaskMemUTF8("faulty-sync");
            vfs[VfsOpen] = (nint)(delegate* unmanaged[Cdecl]<nint, nint, nint*, int, int*, int>)&Open;
            Assert.Equal(Ok, RegisterVfs((nint)vfs, makeDefault: 1));
        }
    }

    // sqlite3_vfs on 64 bits: two ints, mxPathname (int, padded), pNext, zName, pAppData, then the functions from xOpen on.
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Open(nint vfs, nint name, nint* file, int flags, int* outFlags)
    {
        var open = (delegate* unmanaged[Cdecl]<nint, nint, nint*, int, int*, int>)((nint*)_default)[VfsOpen];
        var code = open(_default, name, file, flags, outFlags);
        if (code != Ok || *file == 0)
        {
            return code;
        }

        lock (Gate)
        {
            if (!Methods.TryGetValue(*file, out var methods))
            {
                var copy = (nint*)NativeMemory.Alloc(Words, (nuint)sizeof(nint));
                NativeMemory.Copy((void*)*file, copy, (nuint)(19 * sizeof(nint)));
                copy[MethodSync] = (nint)(delegate* unmanaged[Cdecl]<nint*, int, int>)&Sync;
                copy[MethodRead] = (nint)(delegate* unmanaged[Cdecl]<nint*, nint, int, long, int>)&Read;
                copy[MethodClose] = (nint)(delegate* unmanaged[Cdecl]<nint*, int>)&Close;
                copy[MethodFileControl] = (nint)(delegate* unmanaged[Cdecl]<nint*, int, int*, int>)&FileControl;
                Methods[*file] = methods = (nint)copy;
            }

            Paths[(nint)file] = Marshal.PtrToStringUTF8(name) ?? "";
            *file = methods;
        }

        return code;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Sync(nint* file, int flags)
    {
        lock (Gate)
        {
            if (Errors.GetValueOrDefault(Paths[(nint)file]) != 0)
            {
                return FlushFailed;
            }
        }

        return ((delegate* unmanaged[Cdecl]<nint*, int, int>)DefaultMethods(file)[MethodSync])(file, flags);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Read(nint* file, nint buffer, int bytes, long offset)
    {
        lock (Gate)
        {
            if (Unreadable.Contains(Paths[(nint)file]))
            {
                return ReadFailed;
            }
        }

        return ((delegate* unmanaged[Cdecl]<nint*, nint, int, long, int>)DefaultMethods(file)[MethodRead])(file, buffer, bytes, offset);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Close(nint* file)
    {
        var defaultMethods = DefaultMethods(file);
        lock (Gate)
        {
            Paths.Remove((nint)file);
        }

        *file = (nint)defaultMethods;
        return ((delegate* unmanaged[Cdecl]<nint*, int>)defaultMethods[MethodClose])(file);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int FileControl(nint* file, int operation, int* argument)
    {
        lock (Gate)
        {
            if (operation == LastError && Errors.GetValueOrDefault(Paths[(nint)file]) is var error and not 0)
            {
                *argument = error;
                return Ok;
            }
        }

        return ((delegate* unmanaged[Cdecl]<nint*, int, int*, int>)DefaultMethods(file)[MethodFileControl])(
            file, operation, argument);
    }

    private static nint* DefaultMethods(nint* file)
    {
        lock (Gate)
        {
            return (nint*)Methods.Single(pair => pair.Value == *file).Key;
        }
    }

    [LibraryImport("e_sqlite3", EntryPoint = "sqlite3_vfs_find", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint FindVfs(string? name);

    [LibraryImport("e_sqlite3", EntryPoint = "sqlite3_vfs_register")]
    private static partial int RegisterVfs(nint vfs, int makeDefault);
}
